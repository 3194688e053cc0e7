package io.thousandisland.server;

import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot of one server.
 *
 * @param reason why it is not RUNNING, in words for an operator; or what was refused of its newest
 *     configuration while it runs on the one before
 * @param address where it listens, the actual port included; empty while it does not
 * @param transport {@code transport.name} of the bound transport
 * @param acceptors how many acceptors share the work
 * @param listenSockets how many listening channels are open now
 * @param connections live connections
 * @param maxConnections the most it takes at once
 * @param accepted connections accepted since it started
 * @param generations handler bindings with live connections, and the one that serves new ones;
 *     oldest first
 * @param started when it was configured first
 */
public record ServerInfo(
    String name,
    Status status,
    Optional<String> reason,
    Optional<SocketAddress> address,
    Optional<String> transport,
    int acceptors,
    int listenSockets,
    int connections,
    int maxConnections,
    long accepted,
    List<GenerationInfo> generations,
    Instant started) {
  public ServerInfo {
    generations = List.copyOf(generations);
  }
}
