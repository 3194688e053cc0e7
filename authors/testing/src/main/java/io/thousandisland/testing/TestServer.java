// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.testing;

import io.thousandisland.embedded.RunningServer;
import io.thousandisland.embedded.ServerBuilder;
import io.thousandisland.embedded.ThousandIsland;
import io.thousandisland.handler.Handler;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportFactory;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A server that listens on a free port of the loopback interface and serves one handler, without a
 * framework. It is the server of the bundles: the same acceptors, transport, timeouts, drains and
 * migrations.
 *
 * <p>{@link #replace} does what an update of the handler's bundle does, except for one thing: both
 * handlers come from the same class loader here.
 *
 * <p>Close it after each test: with try-with-resources, or in JUnit with a field that is annotated
 * {@code @AutoClose}.
 *
 * <p>Thread: any, but one at a time for {@link #replace}, {@link #withdraw} and {@link #serve}.
 */
public final class TestServer implements AutoCloseable {

  private static final String TCP = "tcp";

  private final EventLog events;
  private final RunningServer running;

  private TestServer(RunningServer running, EventLog events) {
    this.running = running;
    this.events = events;
  }

  /**
   * A server with the default configuration.
   *
   * @throws IllegalStateException when it cannot listen
   */
  public static TestServer of(Handler<?> handler) throws InterruptedException {
    return serving(handler).start();
  }

  /** A server that is configured before it starts. */
  public static Builder serving(Handler<?> handler) {
    return new Builder(handler);
  }

  /** The settings of a server before it starts. */
  public static final class Builder {

    private final ServerBuilder server;
    private final Map<String, TransportFactory> transports = new LinkedHashMap<>();
    private String transport = TCP;

    private Builder(Handler<?> handler) {
      server = ThousandIsland.serve(handler).name("test").port(0).daemon();
    }

    /**
     * Sets a key of the configuration {@code io.thousandisland.server}, as in a file: {@code
     * set("readTimeout", "2s")}. The keys that select services ({@code handler.target} …) are
     * refused.
     */
    public Builder set(String key, Object value) {
      server.set(key, value);
      if (key.equals("listen")) {
        server.unset("port"); // the short form, which is not allowed beside it
      }
      return this;
    }

    /** Serves the handler as one that is annotated {@code @HandlerNonblocking}. */
    public Builder nonblocking() {
      server.nonblocking();
      return this;
    }

    /**
     * Adds a transport that a handler may switch a connection to.
     *
     * @param name the service property {@code transport.name}
     * @param over makes it, over plain TCP
     */
    public Builder transport(String name, UnaryOperator<Transport> over) {
      transports.put(name, new Layer(name, over));
      return this;
    }

    /** Has the server listen over the transport of that name, instead of plain TCP. */
    public Builder over(String name) {
      transport = name;
      return this;
    }

    /**
     * Starts the server, and returns when it listens.
     *
     * @throws IllegalArgumentException when a key or a value is wrong; the message names each
     * @throws IllegalStateException when it cannot listen
     */
    public TestServer start() throws InterruptedException {
      transports.values().forEach(server::with);
      TransportFactory carrier = transports.get(transport);
      if (carrier != null) {
        server.over(carrier);
      } else if (!transport.equals(TCP)) {
        throw new IllegalArgumentException(
            "transport is " + transport + "; allowed: tcp, or one of " + transports.keySet());
      }
      var events = new EventLog();
      return new TestServer(server.listener(events.listener()).start(), events);
    }
  }

  /** A transport that a test makes over plain TCP. */
  private record Layer(String name, UnaryOperator<Transport> over) implements TransportFactory {
    @Override
    public Transport over(Transport below, Consumer<TelemetryEvent> events) {
      return over.apply(below);
    }
  }

  /** The server as other bundles see it: facts, connections, drains. */
  public Server server() {
    return running.server();
  }

  /** The events since the start. */
  public EventLog events() {
    return events;
  }

  /** The port at which it listens. */
  public int port() {
    return running.port();
  }

  /**
   * A new client that is connected to this server.
   *
   * @throws IOException when the connect is refused
   */
  public TestClient connect() throws IOException {
    return new TestClient(port());
  }

  /**
   * Replaces the handler, as an update of its bundle does: {@link #withdraw}, then {@link #serve}.
   * Connections whose state can move go on with {@code next}.
   *
   * @return the outcome for the connections of the handler that left
   */
  public Drained replace(Handler<?> next) throws InterruptedException {
    Drained drained = withdraw();
    serve(next);
    return drained;
  }

  /**
   * Takes the handler away, as a stop of its bundle does, and returns when it has left all
   * connections. Connections that can move wait for the next handler; new connections wait in the
   * backlog.
   *
   * @return the outcome for its connections
   */
  public Drained withdraw() throws InterruptedException {
    return running.withdraw();
  }

  /** Serves {@code next} from now on. A handler that serves still goes on until it is withdrawn. */
  public void serve(Handler<?> next) {
    running.serve(next);
  }

  /** Stops it as its bundle's stop does: advice, shutdown and force, within the timeouts. */
  @Override
  public void close() {
    running.close();
  }
}
