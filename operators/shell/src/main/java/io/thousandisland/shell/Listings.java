// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import io.thousandisland.server.Addresses;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.Drain;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.HandlerCatalog;
import io.thousandisland.server.HandlerInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.SettingInfo;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The commands of the scope {@code ti} that only look.
 *
 * <p>Thread: the shell's.
 */
@Component(
    service = Listings.class,
    property = {
      "osgi.command.scope=ti",
      "osgi.command.function=servers",
      "osgi.command.function=server",
      "osgi.command.function=handlers",
      "osgi.command.function=connections",
      "osgi.command.function=drains"
    })
public final class Listings {

  /** The part of a line that the longest key leaves. */
  private static final int VALUE_WIDTH = 70;

  private static final String SERVES = "* serves new connections";

  private final Servers servers;
  private final @Nullable HandlerCatalog catalog;

  @Activate
  public Listings(
      @Reference Servers servers,
      @Reference(
              cardinality = ReferenceCardinality.OPTIONAL,
              policyOption = ReferencePolicyOption.GREEDY)
          @Nullable HandlerCatalog catalog) {
    this.servers = servers;
    this.catalog = catalog;
  }

  // ---- servers

  @Descriptor("lists the servers: status, address, connections, handler generations")
  public String servers() {
    return table(servers.all());
  }

  static String table(List<Server> servers) {
    var table =
        new Table("NAME", "STATUS", "ADDRESS", "CONNECTIONS", "GENERATIONS").whole("ADDRESS");
    boolean serves = false;
    for (Server server : servers) {
      ServerInfo info = server.info();
      serves |= info.generations().stream().anyMatch(GenerationInfo::serving);
      table.row(
          info.name(),
          info.status().name(),
          info.address().isEmpty() ? "-" : lines(listening(info), Addresses::text),
          info.connections() + "/" + info.maxConnections(),
          lines(info.generations(), Listings::generation));
      info.reason().ifPresent(table::note);
      table.note(refused(info));
    }
    return table.text("no servers: there is no configuration of io.thousandisland.server")
        + (serves ? "\n" + SERVES : "");
  }

  @Descriptor("shows one server with every key of its configuration; * marks those that are set")
  public String server(@Descriptor("name of the server") String name) {
    Server server = servers.named(name);
    ServerInfo info = server.info();
    return table(List.of(server))
        + "\ntransport %s, %s, %s, %s accepted since %s\n"
            .formatted(
                info.transport().orElse("-"),
                Text.count(info.acceptors(), "acceptor"),
                Text.count(info.listenSockets(), "listening socket"),
                Text.count(info.accepted(), "connection"),
                Text.time(info.started()))
        + Text.zone()
        + "\n"
        + facts(info.transportFacts())
        + settings(info.settings())
        + "\n* differs from the default; values of options are not shown";
  }

  /** The facts of a transport, and an empty line; nothing when there are none. */
  private static String facts(Map<String, String> facts) {
    if (facts.isEmpty()) {
      return "";
    }
    var table = new Table("FACT", "VALUE").whole("FACT");
    facts.forEach(
        (fact, value) -> table.row(fact, String.join("\n", Text.wrapped(value, VALUE_WIDTH))));
    return table.text("") + "\n\n";
  }

  private static List<SocketAddress> listening(ServerInfo info) {
    return info.listeners().stream().flatMap(each -> each.address().stream()).toList();
  }

  static String settings(List<SettingInfo> settings) {
    var table = new Table("KEY", "VALUE").whole("KEY");
    for (SettingInfo setting : settings) {
      table.row(
          setting.key() + (setting.standard() ? "" : "*"),
          setting.value().isEmpty()
              ? "-"
              : String.join("\n", Text.wrapped(setting.value(), VALUE_WIDTH)));
    }
    return table.text("no configuration is in force");
  }

  private static String refused(ServerInfo info) {
    return info.refused().isEmpty()
        ? ""
        : "refused so far: "
            + info.refused().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> each.getValue() + " by " + each.getKey().key())
                .collect(Collectors.joining("; "));
  }

  private static String generation(GenerationInfo generation) {
    return "%d%s %s %s (%d)"
        .formatted(
            generation.number(),
            generation.serving() ? "*" : "",
            generation.handler(),
            generation.version(),
            generation.connections());
  }

  private static <T> String lines(List<T> all, Function<T, String> text) {
    return all.stream().map(text).collect(Collectors.joining("\n"));
  }

  // ---- handlers

  @Descriptor(
      "lists the handlers: the servers that they serve, the build time, or why they serve none")
  public String handlers() {
    if (catalog == null) {
      return "no handlers are known: the bundle io.thousandisland.runtime is not active";
    }
    var table =
        new Table("NAME", "RANKING", "BUNDLE", "VERSION", "BUILT", "SERVES")
            .whole("RANKING", "BUILT");
    boolean serves = false;
    boolean dated = false;
    for (HandlerInfo info : catalog.handlers()) {
      serves |= info.bindings().stream().anyMatch(HandlerInfo.Binding::serving);
      dated |= info.built().isPresent();
      table.row(
          info.name().isEmpty() ? "-" : info.name(),
          Integer.toString(info.ranking()),
          info.bundle(),
          info.version(),
          info.built().map(Text::time).orElse("-"),
          info.bindings().isEmpty() ? "-" : lines(info.bindings(), Listings::binding));
      table.note(info.why());
    }
    return table.text("no handlers: no bundle provides one")
        + (serves ? "\nSERVES: server, generation (connections)\n" + SERVES : "")
        + (dated ? "\n" + Text.zone() : "");
  }

  private static String binding(HandlerInfo.Binding binding) {
    return "%s %d%s (%d)"
        .formatted(
            binding.server(),
            binding.generation(),
            binding.serving() ? "*" : "",
            binding.connections());
  }

  // ---- connections

  @Descriptor("lists live connections: of all servers or of one, filtered and sorted")
  public String connections(
      @Descriptor(
              "name of the server, for one server; --idle 30s, --older 1h, --address 10.1. or"
                  + " 10.0.0.0/8, --label TEXT choose; --sort age, idle, received, sent, unread or"
                  + " unsent puts the largest first; --top 10 shows so many")
          String... arguments) {
    var wanted = ConnectionQuery.of(arguments);
    if (wanted.server().isPresent()) {
      return connections(servers.named(wanted.server().get()), wanted);
    }
    List<Server> all = servers.all();
    return all.isEmpty()
        ? table(all)
        : lines(all, server -> server.name() + ":\n" + connections(server, wanted));
  }

  private static String connections(Server server, ConnectionQuery wanted) {
    var table =
        new Table(
                "ID",
                "REMOTE",
                "LABEL",
                "ACC",
                "GEN",
                "RECEIVED",
                "SENT",
                "UNREAD",
                "UNSENT",
                "IDLE",
                "AGE",
                "DUE")
            .whole("ID", "ACC", "GEN", "IDLE", "AGE", "DUE");
    List<ConnectionInfo> all = server.connections();
    List<ConnectionInfo> shown = wanted.of(all);
    for (ConnectionInfo info : shown) {
      table.row(
          Long.toString(info.id()),
          Addresses.text(info.remote()),
          info.label().isEmpty() ? "-" : info.label(),
          Integer.toString(info.acceptor()),
          Integer.toString(info.generation()),
          Long.toString(info.counters().bytesReceived()),
          Long.toString(info.counters().bytesSent()),
          Integer.toString(info.unread()),
          Long.toString(info.unsent()),
          Text.duration(info.idle()),
          Text.duration(Duration.between(info.started(), Instant.now())),
          info.deadline().map(Text::duration).orElse("-"));
      table.note(info.counted() ? "" : "takes no place");
    }
    String hidden =
        shown.size() == all.size()
            ? ""
            : "\n%d of %s".formatted(shown.size(), Text.count(all.size(), "connection"));
    return table.text(all.isEmpty() ? "no connections" : "no such connections") + hidden;
  }

  // ---- drains

  @Descriptor("lists the drains under way")
  public String drains() {
    return drains(servers.all());
  }

  static String drains(List<Server> servers) {
    var table = new Table("SERVER", "WHAT", "PHASE", "REMAINING", "ENDED", "ELAPSED");
    for (Server server : servers) {
      for (Drain drain : server.drains()) {
        Drain.Progress now = drain.progress();
        table.row(
            server.name(),
            drain.what(),
            now.phase().name(),
            Integer.toString(now.remaining()),
            Integer.toString(now.ended()),
            now.elapsed().toMillis() + " ms");
      }
    }
    return table.text("no drain is under way");
  }
}
