// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.listening;

import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.TransportSocket;

/**
 * A connection as it was accepted.
 *
 * @param bare its bytes as they come
 * @param channel the channel that has accepted it, which knows what its transport adds to the bytes
 */
public record Accepted(TransportSocket bare, ListeningChannel channel) {}
