// SPDX-License-Identifier: Apache-2.0
/**
 * Drains: the advice, shutdown and force that end connections, of a server, an acceptor, a
 * generation or a handler that leaves. It sees connections through {@code connection} and acceptors
 * only as {@code Pausable}.
 *
 * <p>Thread: A drain runs on a platform thread of its own; any thread may watch it or cut it short.
 */
@NullMarked
package io.thousandisland.runtime.drain;

import org.jspecify.annotations.NullMarked;
