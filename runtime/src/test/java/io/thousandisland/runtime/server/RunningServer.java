// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.listening.Listeners;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.supervision.Observer;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.tcp.TcpTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A server for the length of a test, on loopback and a port of its own; remembers its events. */
final class RunningServer implements AutoCloseable {

  /** True when the served handlers promise not to block: the contract is the same. */
  static final boolean NONBLOCKING = Boolean.getBoolean("handlers.nonblocking");

  static final Transport TCP = new TcpTransport();

  /** An observer that takes no notice. */
  static final Observer NOBODY =
      new Observer() {
        @Override
        public void restarted(String node, Throwable reason) {}

        @Override
        public void budgetExhausted(String supervisor, Throwable reason) {}
      };

  /** Generous: these machines are shared. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  final RuntimeContext runtime;
  final Telemetry telemetry = new Telemetry();
  private final List<TelemetryEvent> events = new ArrayList<>();
  private final List<Socket> clients = new ArrayList<>();

  /** The second terminal callbacks that each handler has noted. The handlers themselves may go. */
  private final List<Collection<String>> repeated = new ArrayList<>();

  private long services;
  final ServerNode node;

  RunningServer(ServerSettings settings, Transport transport, Handler<?> handler) {
    this(settings, transport, handler, new MemoryBudget());
  }

  RunningServer(
      ServerSettings settings, Transport transport, Handler<?> handler, MemoryBudget memory) {
    this(settings, transport, handler, memory, true);
  }

  private RunningServer(
      ServerSettings settings,
      Transport transport,
      Handler<?> handler,
      MemoryBudget memory,
      boolean heard) {
    runtime = new RuntimeContext(DeadlineSweeper.started(), memory);
    if (heard) {
      telemetry.add(this::remember);
    }
    node = new ServerNode(settings, telemetry, runtime);
    node.onChange(this::wake);
    node.transport("test", transport);
    serve(handler);
    node.start();
    await(Status.RUNNING);
  }

  RunningServer(ServerSettings settings, Handler<?> handler) {
    this(settings, TCP, handler);
  }

  RunningServer(Handler<?> handler) {
    this(settings(), handler);
  }

  /** A server without a telemetry listener, as most servers are: it remembers no event. */
  static RunningServer unheard(ServerSettings settings, Handler<?> handler) {
    return new RunningServer(settings, TCP, handler, new MemoryBudget(), false);
  }

  /** The default settings, but with short drains. */
  static ServerSettings settings() {
    return ServerSettings.defaults("test")
        .with(Timeouts.DEFAULT.withDrain(Duration.ZERO, Duration.ofSeconds(5)));
  }

  /** The listeners of a server that has nothing else. */
  static Listeners listeners(ServerContext context) {
    return new Listeners(context, NOBODY, () -> {}, channel -> {}, Runnable::run);
  }

  long serve(Handler<?> handler) {
    return serve(handler, NONBLOCKING);
  }

  long serve(Handler<?> handler, boolean nonblocking) {
    if (handler instanceof TestHandler one) {
      synchronized (this) {
        repeated.add(one.repeated);
      }
    }
    node.serve(
        new HandlerBinding(
            new HandlerBinding.Facts("h" + ++services, "1.0.0", services, 0, nonblocking),
            handler));
    return services;
  }

  private synchronized void remember(TelemetryEvent event) {
    events.add(event);
    notifyAll();
  }

  private synchronized void wake() {
    notifyAll();
  }

  /** Waits for {@code condition}, and looks at it again after every event. */
  synchronized void await(String what, Predicate<RunningServer> condition) {
    long deadline = System.nanoTime() + PATIENCE;
    try {
      while (!condition.test(this)) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new AssertionError("never " + what + ": " + node.info() + " " + tail());
        }
        TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<TelemetryEvent> tail() {
    return events.subList(Math.max(0, events.size() - 20), events.size());
  }

  void await(Status status) {
    await("status " + status, server -> server.node.status() == status);
  }

  void awaitConnections(int count) {
    await(count + " connections", server -> server.node.info().connections() == count);
  }

  /**
   * Waits until all places are free. A connection that has ended keeps its place until its socket
   * is closed.
   */
  void awaitFreePlaces() {
    await("free places", server -> server.node.placesTaken() == 0);
  }

  /** The first event of that kind, as soon as there is one. */
  <E extends TelemetryEvent> E awaitEvent(Class<E> kind) {
    await(kind.getSimpleName(), server -> !server.events(kind).isEmpty());
    return events(kind).getFirst();
  }

  synchronized <E extends TelemetryEvent> List<E> events(Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  synchronized List<TelemetryEvent> events() {
    return List.copyOf(events);
  }

  int port() {
    return ((InetSocketAddress) node.info().address().orElseThrow()).getPort();
  }

  /** A client that waits 20 s for a reply, at most; closed with the server. */
  Socket connect() throws IOException {
    return connect(port());
  }

  Socket connect(int port) throws IOException {
    var client = new Socket();
    synchronized (this) {
      clients.add(client);
    }
    client.setSoTimeout(20_000);
    client.setTcpNoDelay(true);
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
    return client;
  }

  /** Closes {@code client} with the server. */
  synchronized void onClose(Socket client) {
    clients.add(client);
  }

  /** All clients that {@link #connect} made. */
  synchronized List<Socket> clients() {
    return List.copyOf(clients);
  }

  Drained stop() {
    return node.stop().join();
  }

  @Override
  public void close() throws IOException {
    stop();
    runtime.close();
    for (Socket client : clients) {
      client.close();
    }
    for (Collection<String> callbacks : repeated) {
      if (!callbacks.isEmpty()) {
        throw new AssertionError("a second terminal callback: " + callbacks);
      }
    }
  }
}
