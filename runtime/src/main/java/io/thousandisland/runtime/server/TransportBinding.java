// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.Transport;

/**
 * A transport service that could carry a server.
 *
 * @param name {@code transport.name}
 */
public record TransportBinding(String name, Transport transport) {}
