// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry;

import java.net.SocketAddress;

/**
 * The connection that an event is about. Spans nest: the server's listener, its acceptor, the
 * connection.
 *
 * @param server name of the server
 * @param acceptor number of the acceptor, from 1
 * @param connection number of the connection, unique within the server
 * @param label the text that its handler gave the connection; empty when it gave none
 */
public record Span(
    String server, int acceptor, long connection, SocketAddress remote, String label) {}
