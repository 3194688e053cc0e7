// SPDX-License-Identifier: Apache-2.0
/**
 * Plain TCP and Unix sockets on JDK channels.
 *
 * <pre>
 * TcpTransport                  the service; opens listening channels
 * ├── TcpListeningChannel       accepts
 * │   ├── Endpoint              a server socket at its port or path; in a package of its own
 * │   └── TcpSocket             one connection
 * └── Places                    of connections and channels at pollers; shared by every server
 *     └── Pollers               of one kind of thread
 *         └── Poller            one selector, one thread: tells which channels are ready
 * </pre>
 *
 * Sockets and listening channels do their work on their callers' threads. They need a poller only
 * when there is nothing to do; then they take a place at a poller ({@link
 * io.thousandisland.transport.tcp.Registration}). {@link io.thousandisland.transport.tcp.Interest}
 * says what they wait for there, and why no wake-up is lost.
 */
@NullMarked
package io.thousandisland.transport.tcp;

import org.jspecify.annotations.NullMarked;
