// SPDX-License-Identifier: Apache-2.0
/**
 * TLS over any stream transport.
 *
 * <pre>
 * TlsTransport              the service, one for each configuration
 * ├── TlsListeningChannel   accepts what the transport below accepts
 * └── TlsSocket             one connection
 *     ├── ServerHandshake   from the client's greeting to the first byte
 *     ├── Incoming          records that become bytes
 *     └── Outgoing          bytes that become records
 * </pre>
 *
 * The other rooms: {@code handshake}, {@code hello} (a client's greeting, and alerts), {@code
 * records} and {@code certificates} (files, names, trust).
 *
 * <p>No thread waits here, and none belongs to a connection. A connection does its own work on the
 * thread that it is on, as over any transport. The expensive steps of handshakes are done by {@link
 * io.thousandisland.transport.tls.handshake.HandshakeThreads}, which are few.
 */
@NullMarked
package io.thousandisland.transport.tls;

import org.jspecify.annotations.NullMarked;
