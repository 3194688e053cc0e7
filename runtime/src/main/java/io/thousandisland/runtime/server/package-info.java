/**
 * The tree of one server. Knows sockets (by the Transport SPI), not OSGi.
 *
 * <pre>
 * Server (rest_for_one)
 * ├── Listener                      owns the bound port: 1..n listening channels
 * └── AcceptorSupervisor (one_for_one)
 *     └── Acceptor × n  (rest_for_one)
 *         ├── ConnectionSupervisor  the live set; a connection is never restarted
 *         │   └── Connection × m    one virtual thread each, or a lent one
 *         │       └── Handler       the user's code
 *         └── AcceptorWorker        accepts; hands over; waits for the next
 * </pre>
 *
 * <p>Arrows: this room uses {@code runtime.supervision} and the api, and nothing uses this room but
 * {@code runtime.component}.
 */
@NullMarked
package io.thousandisland.runtime.server;

import org.jspecify.annotations.NullMarked;
