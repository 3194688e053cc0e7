// SPDX-License-Identifier: Apache-2.0
/**
 * The tree of one server. Knows sockets (by the Transport SPI), not OSGi.
 *
 * <pre>
 * Server (rest_for_one)
 * ├── Listeners (one_for_one)
 * │   └── Listener × k              owns one address: 1..n listening channels
 * └── AcceptorSupervisor (one_for_one)
 *     └── Acceptor × n  (rest_for_one)
 *         ├── ConnectionSupervisor  the live set; a connection is never restarted
 *         │   └── Connection × m    one virtual thread each, or a lent one
 *         │       └── Handler       the user's code
 *         └── AcceptorWorker        accepts; hands over; waits for the next
 * </pre>
 *
 * <p>This room may use {@code listening}, {@code drain} and all rooms below them; only {@code
 * choice} and {@code component} use it. Rooms from the top: component, choice, absence,
 * configuration, server, listening, drain, connection, wire, shared, admission, handlers, signals,
 * proxy, settings, supervision.
 */
@NullMarked
package io.thousandisland.runtime.server;

import org.jspecify.annotations.NullMarked;
