// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerNonblocking;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.transport.TransportFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A server before it starts: its handler, its configuration, and what it runs over.
 *
 * <p>A builder may start several servers, one after the other.
 *
 * <p>Thread: one at a time.
 */
public final class ServerBuilder implements ServerKeys<ServerBuilder> {

  /** The name of plain TCP, which every server has. */
  static final String TCP = "tcp";

  private final Handler<?> handler;
  private final Settings settings = new Settings(Map.of());
  private final List<TelemetryListener> listeners = new ArrayList<>();

  /** By name, in the order in which they were given. */
  private final Map<String, TransportFactory> transports = new LinkedHashMap<>();

  private String carrier = TCP;
  private boolean nonblocking;
  private boolean keepsJvm = true;
  private boolean stopsWithJvm;

  ServerBuilder(Handler<?> handler) {
    this.handler = Objects.requireNonNull(handler, "handler");
  }

  // ---- keys

  @Override
  public ServerBuilder set(String key, Object value) {
    settings.set(key, value);
    return this;
  }

  @Override
  public ServerBuilder unset(String key) {
    settings.unset(key);
    return this;
  }

  @Override
  public ServerBuilder from(Map<String, ?> values) {
    settings.from(values);
    return this;
  }

  // ---- transports

  /**
   * Has the server listen over this transport, instead of plain TCP. A handler may switch a
   * connection to it as well.
   */
  public ServerBuilder over(TransportFactory transport) {
    carrier = transport.name();
    return with(transport);
  }

  /**
   * Adds a transport that a handler may switch a connection to, by its name: STARTTLS. The server
   * listens over plain TCP.
   */
  public ServerBuilder with(TransportFactory transport) {
    transports.put(transport.name(), transport);
    return this;
  }

  // ---- the rest

  /** Adds a listener for what happens in the server, from the start on. */
  public ServerBuilder listener(TelemetryListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /** Serves every handler as one that is annotated {@link HandlerNonblocking}. */
  public ServerBuilder nonblocking() {
    nonblocking = true;
    return this;
  }

  /** Lets the JVM end while the server runs. Otherwise a running server keeps its JVM. */
  public ServerBuilder daemon() {
    keepsJvm = false;
    return this;
  }

  /**
   * Has a JVM that ends (by SIGTERM, Ctrl-C or {@link System#exit}) stop the server first, as
   * {@link RunningServer#stop} does, after the ready delay. Otherwise open connections are cut.
   */
  public ServerBuilder stopWithJvm() {
    stopsWithJvm = true;
    return this;
  }

  /**
   * Starts the server, and returns when it listens at every address. A connection may be served
   * before that.
   *
   * @throws InvalidConfigurationException when keys or values are wrong; nothing has been started
   * @throws StartFailedException when it cannot listen at one of its addresses, or the thread is
   *     interrupted; nothing is left running
   */
  public RunningServer start() {
    String name = HandlerFacts.name(handler.getClass());
    ServerSettings valid = settings.read(name, problemsOfTransports());
    return RunningServer.start(
        handler,
        new Plan(
            settings.copy(),
            valid,
            List.copyOf(listeners),
            new LinkedHashMap<>(transports),
            carrier,
            nonblocking,
            keepsJvm,
            stopsWithJvm));
  }

  private List<String> problemsOfTransports() {
    var problems = new ArrayList<String>();
    transports.forEach(
        (name, transport) -> {
          if (name.equals(TCP)) {
            problems.add(
                "transport name is tcp; allowed: any other name, because tcp is plain TCP");
          }
          transport.problems().forEach(each -> problems.add(name + ": " + each));
        });
    return problems;
  }

  /** All that a start needs. */
  record Plan(
      Settings settings,
      ServerSettings valid,
      List<TelemetryListener> listeners,
      Map<String, TransportFactory> transports,
      String carrier,
      boolean nonblocking,
      boolean keepsJvm,
      boolean stopsWithJvm) {}
}
