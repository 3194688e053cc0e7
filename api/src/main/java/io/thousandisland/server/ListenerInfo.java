// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.net.SocketAddress;
import java.util.Optional;

/**
 * A snapshot of one address of a server.
 *
 * @param listen the address as the configuration writes it, with the port if that is known: {@code
 *     127.0.0.1:7777}, {@code eth0:7777 (192.0.2.1)}, {@code unix:/run/echo.sock}, {@code
 *     inherited}
 * @param address where the server listens; empty while it does not
 * @param channels how many listening channels are open there
 * @param trouble why it does not listen there though it should, in words for an operator
 */
public record ListenerInfo(
    String listen, Optional<SocketAddress> address, int channels, Optional<String> trouble) {}
