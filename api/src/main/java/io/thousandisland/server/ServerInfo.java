// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.net.SocketAddress;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A snapshot of one server.
 *
 * @param reason why the server is not RUNNING, in words for an operator; or the refusal of its
 *     newest configuration, while it runs on the previous one
 * @param listeners the addresses of the configuration, and those of each network interface that it
 *     names, in order
 * @param transport {@code transport.name} of the bound transport
 * @param transportFacts facts that the bound transport tells about itself, in its order
 * @param acceptors how many acceptors share the work
 * @param connections how many connections are live
 * @param maxConnections the most connections that may be live
 * @param accepted how many connections were accepted since the server started
 * @param refused how many connections were refused, of each limit that has refused any
 * @param generations handler bindings with live connections, and the binding that serves new
 *     connections; oldest first
 * @param settings every key of the configuration, with the value in force, in the order of the keys
 * @param started when the server was configured first
 */
public record ServerInfo(
    String name,
    Status status,
    Optional<String> reason,
    List<ListenerInfo> listeners,
    Optional<String> transport,
    Map<String, String> transportFacts,
    int acceptors,
    int connections,
    int maxConnections,
    long accepted,
    Map<Limit, Long> refused,
    List<GenerationInfo> generations,
    List<SettingInfo> settings,
    Instant started) {
  /** Whether it is ready for connections. */
  public boolean ready() {
    return status == Status.RUNNING;
  }

  /**
   * The first address where the server listens, the actual port included; empty while it listens
   * nowhere.
   */
  public Optional<SocketAddress> address() {
    return listeners.stream().flatMap(each -> each.address().stream()).findFirst();
  }

  /** How many listening channels are open now, at all addresses together. */
  public int listenSockets() {
    return listeners.stream().mapToInt(ListenerInfo::channels).sum();
  }

  public ServerInfo {
    listeners = List.copyOf(listeners);
    transportFacts = Collections.unmodifiableMap(new LinkedHashMap<>(transportFacts));
    refused = Map.copyOf(refused);
    generations = List.copyOf(generations);
    settings = List.copyOf(settings);
  }
}
