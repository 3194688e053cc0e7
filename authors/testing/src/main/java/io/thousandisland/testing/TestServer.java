package io.thousandisland.testing;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.configuration.SettingsReader;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.tcp.TcpTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  /** How long the start, and a handler that leaves, may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final RuntimeContext runtime = new RuntimeContext();
  private final EventLog events = new EventLog();
  private final ServerNode node;
  private final boolean nonblocking;

  private final Map<String, Transport> transports;

  /** Of the handler that serves, or served last; counts from 1. */
  private int version;

  private TestServer(
      ServerSettings settings, boolean nonblocking, Map<String, Transport> transports) {
    var telemetry = new Telemetry();
    telemetry.add(events.listener());
    this.node = new ServerNode(settings, telemetry, runtime);
    this.nonblocking = nonblocking;
    this.transports = transports;
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

    private final Handler<?> handler;
    private final Map<String, Object> settings = new HashMap<>(Map.of("name", "test", "port", 0));
    private final Transport tcp = new TcpTransport();
    private final Map<String, Transport> transports = new HashMap<>(Map.of("tcp", tcp));
    private String transport = "tcp";
    private boolean nonblocking;

    private Builder(Handler<?> handler) {
      this.handler = handler;
    }

    /**
     * Sets a key of the configuration {@code io.thousandisland.server}, as in a file: {@code
     * set("readTimeout", "2s")}. The keys that select services ({@code handler.target} …) have no
     * effect.
     */
    public Builder set(String key, Object value) {
      settings.put(key, value);
      if (key.equals("listen")) {
        settings.remove("port"); // the short form, which is not allowed beside it
      }
      return this;
    }

    /** Serves the handler as one that is annotated {@code @HandlerNonblocking}. */
    public Builder nonblocking() {
      nonblocking = true;
      return this;
    }

    /**
     * Adds a transport that a handler may switch a connection to.
     *
     * @param name the service property {@code transport.name}
     * @param over makes it, over plain TCP
     */
    public Builder transport(String name, UnaryOperator<Transport> over) {
      transports.put(name, over.apply(tcp));
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
      Transport carrier = transports.get(transport);
      if (carrier == null) {
        throw new IllegalArgumentException(
            "transport is " + transport + "; allowed: " + transports.keySet());
      }
      var server = new TestServer(SettingsReader.read(settings), nonblocking, transports);
      server.start(transport, carrier, handler);
      return server;
    }
  }

  private void start(String name, Transport carrier, Handler<?> handler)
      throws InterruptedException {
    var settled = new CountDownLatch(1);
    node.onChange(
        () -> {
          if (node.status() == Status.RUNNING || node.status() == Status.FAILED) {
            settled.countDown();
          }
        });
    node.transports(transports::get);
    node.transport(name, carrier);
    serve(handler);
    node.start();
    try {
      boolean unused = settled.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      close();
      throw e;
    }
    if (node.status() != Status.RUNNING) {
      String what = node.info().toString();
      close();
      throw new IllegalStateException("the server does not run: " + what);
    }
  }

  /** The server as other bundles see it: facts, connections, drains. */
  public Server server() {
    return node;
  }

  /** The events since the start. */
  public EventLog events() {
    return events;
  }

  /** The port at which it listens. */
  public int port() {
    return ((InetSocketAddress) node.info().address().orElseThrow()).getPort();
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
    CompletableFuture<Drained> gone = node.retire(version);
    try {
      return gone.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "the connections did not leave the handler within " + PATIENCE.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Serves {@code next} from now on. A handler that serves still goes on until it is withdrawn. */
  public void serve(Handler<?> next) {
    version++;
    node.serve(
        new HandlerBinding(
            new HandlerBinding.Facts("test", "1.0." + version, version, 0, nonblocking), next));
  }

  /** Stops it as its bundle's stop does: advice, shutdown and force, within the timeouts. */
  @Override
  public void close() {
    node.stop().join();
    runtime.close();
  }
}
