/**
 * Plain TCP on JDK channels.
 *
 * <pre>
 * TcpTransport                  the service; opens listening channels
 * ├── TcpListeningChannel       a bound port; accepts
 * │   └── TcpSocket             one connection
 * └── Pollers                   shared by every server
 *     └── Poller                one selector, one thread: tells who is ready
 * </pre>
 *
 * Sockets and listening channels do their work on their callers' threads. Only when there is
 * nothing to do do they need a poller, and take a place at one ({@link
 * io.thousandisland.transport.tcp.Registration}). What is waited for there, and why no wake-up is
 * lost, is the matter of {@link io.thousandisland.transport.tcp.Interest}.
 */
@NullMarked
package io.thousandisland.transport.tcp;

import org.jspecify.annotations.NullMarked;
