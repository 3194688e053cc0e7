// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import io.thousandisland.server.Addresses;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.Drain;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Limit;
import io.thousandisland.server.ListenerInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.SettingInfo;
import io.thousandisland.transport.Transport;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The facts about one server. */
final class ServerReport {

  private ServerReport() {}

  /**
   * @param ended the server's drains that are over, the latest first
   */
  static Map<String, @Nullable Object> of(Server server, List<EndedDrain> ended) {
    ServerInfo info = server.info();
    List<ConnectionInfo> connections = server.connections();
    return new Facts()
        .text("name", info.name())
        .text("status", info.status().name())
        .flag("ready", info.ready())
        .text("reason", info.reason())
        .time("started", info.started())
        .text("handler", handler(info))
        .text("transport", info.transport())
        .text("expires", expires(info))
        .map("facts", info.transportFacts())
        .list("listeners", info.listeners().stream().map(ServerReport::listener).toList())
        .number("acceptors", info.acceptors())
        .number("connections", info.connections())
        .number("maxConnections", info.maxConnections())
        .number("accepted", info.accepted())
        .list("refused", refused(info))
        .list("generations", info.generations().stream().map(ServerReport::generation).toList())
        .list("drains", server.drains().stream().map(ServerReport::drain).toList())
        .list("endedDrains", ended.stream().map(EndedDrain::facts).toList())
        .list("oldestConnections", ConnectionReport.oldest(connections))
        .list("slowestConnections", ConnectionReport.slowest(connections))
        .list("settings", info.settings().stream().map(ServerReport::setting).toList())
        .all();
  }

  /** The handler that new connections get. */
  private static Optional<String> handler(ServerInfo info) {
    return info.generations().stream()
        .filter(GenerationInfo::serving)
        .map(GenerationInfo::handler)
        .findFirst();
  }

  /** When the transport's first certificate expires, if the transport tells. */
  private static Optional<String> expires(ServerInfo info) {
    String told = info.transportFacts().getOrDefault(Transport.EXPIRES, "");
    try {
      return Optional.of(Instant.parse(told).toString());
    } catch (DateTimeException none) {
      return Optional.empty();
    }
  }

  private static Map<String, @Nullable Object> listener(ListenerInfo listener) {
    return new Facts()
        .text("listen", listener.listen())
        .text("address", listener.address().map(Addresses::text))
        .number("channels", listener.channels())
        .text("trouble", listener.trouble())
        .all();
  }

  private static List<Map<String, @Nullable Object>> refused(ServerInfo info) {
    return info.refused().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(each -> refused(each.getKey(), each.getValue()))
        .toList();
  }

  private static Map<String, @Nullable Object> refused(Limit by, long count) {
    return new Facts().text("limit", by.name()).text("key", by.key()).number("count", count).all();
  }

  private static Map<String, @Nullable Object> generation(GenerationInfo generation) {
    return new Facts()
        .number("number", generation.number())
        .text("handler", generation.handler())
        .text("version", generation.version())
        .number("ranking", generation.ranking())
        .flag("serving", generation.serving())
        .number("connections", generation.connections())
        .all();
  }

  private static Map<String, @Nullable Object> drain(Drain drain) {
    Drain.Progress now = drain.progress();
    return new Facts()
        .text("what", drain.what())
        .text("phase", now.phase().name())
        .number("remaining", now.remaining())
        .number("ended", now.ended())
        .millis("elapsedMillis", now.elapsed())
        .all();
  }

  private static Map<String, @Nullable Object> setting(SettingInfo setting) {
    return new Facts()
        .text("key", setting.key())
        .text("value", setting.value())
        .flag("standard", setting.standard())
        .all();
  }
}
