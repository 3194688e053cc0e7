package io.thousandisland.server;

import io.thousandisland.handler.Counters;
import java.net.SocketAddress;
import java.time.Instant;

/**
 * A snapshot of one live connection.
 *
 * @param id its number, see {@link io.thousandisland.handler.Socket#id}
 * @param acceptor the number of the acceptor that took it
 * @param generation the number of the handler generation that serves it
 * @param started when it was accepted
 * @param counted whether it takes a place, see {@link io.thousandisland.handler.Socket#uncount}
 */
public record ConnectionInfo(
    long id,
    int acceptor,
    int generation,
    SocketAddress remote,
    SocketAddress local,
    Counters counters,
    Instant started,
    boolean counted) {}
