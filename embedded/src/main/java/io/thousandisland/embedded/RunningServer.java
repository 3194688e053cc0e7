// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.configuration.SettingsText;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.transport.Transport;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A server that was started: its facts, its handler and its end.
 *
 * <p>Thread: any. In a callback of one of its connections {@link #stop}, {@link #replace} and
 * {@link #withdraw} are refused, because they would wait for that callback; {@link #close} does not
 * wait there. In a listener that is told on the server's own thread, {@link #serve} and {@link
 * #configure} are refused, too.
 */
public final class RunningServer implements AutoCloseable {

  private final SharedRuntime.Share shared;
  private final Telemetry telemetry = new Telemetry();
  private final Map<String, Transport> transports = new ConcurrentHashMap<>();
  private final ServerNode node;
  private final JvmLife life;
  private final Waits waits;
  private final CurrentHandler handler;

  /** Held while a configuration applies. */
  private final ReentrantLock configuring = new ReentrantLock();

  /** Guarded by {@link #configuring}. */
  private Settings settings;

  /** The settings that apply. Written under {@link #configuring}; read by any thread. */
  private volatile ServerSettings inForce;

  /** Whether the server is to end; read by threads that change its handler. */
  private volatile boolean stopping;

  private RunningServer(ServerBuilder.Plan plan, SharedRuntime.Share shared) {
    this.shared = shared;
    this.settings = plan.settings();
    this.inForce = plan.valid();
    this.node = new ServerNode(plan.valid(), telemetry, shared.context());
    this.life = new JvmLife(node.name(), this::stopWithJvm);
    this.waits = new Waits(node, () -> inForce.timeouts().wholeDrain());
    this.handler = new CurrentHandler(node, plan.nonblocking(), waits, this::requireLife);
    plan.listeners().forEach(telemetry::add);
  }

  static RunningServer start(Handler<?> handler, ServerBuilder.Plan plan) {
    RunningServer server = make(plan);
    try {
      server.begin(handler, plan);
    } catch (RuntimeException | Error failure) {
      try {
        server.close();
      } catch (RuntimeException | Error again) { // no memory, perhaps: the first reason counts
        failure.addSuppressed(again);
      }
      throw failure;
    }
    return server;
  }

  private static RunningServer make(ServerBuilder.Plan plan) {
    SharedRuntime.Share shared = SharedRuntime.share();
    try {
      return new RunningServer(plan, shared);
    } catch (RuntimeException | Error failure) {
      shared.close();
      throw failure;
    }
  }

  private void begin(Handler<?> first, ServerBuilder.Plan plan) {
    transports.put(ServerBuilder.TCP, shared.tcp());
    plan.transports()
        .forEach((name, each) -> transports.put(name, each.over(shared.tcp(), telemetry::emit)));
    node.transports(transports::get);
    node.settingsText(() -> SettingsText.of(inForce));
    node.transport(plan.carrier(), Objects.requireNonNull(transports.get(plan.carrier())));
    serve(first);
    FirstTry firstTry = FirstTry.of(node);
    node.start();
    firstTry.await();
    if (plan.stopsWithJvm()) {
      life.stopWithJvm();
    }
    if (plan.keepsJvm()) {
      life.keepJvm();
    }
  }

  // ---- facts

  /** The server as operators see it: facts, connections, drains. */
  public Server server() {
    return node;
  }

  /**
   * The port where it listens, the first of several.
   *
   * @throws IllegalStateException when it listens at none
   */
  public int port() {
    return node.addresses().stream()
        .filter(InetSocketAddress.class::isInstance)
        .map(address -> ((InetSocketAddress) address).getPort())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("server " + node.name() + " has no port now"));
  }

  /** The addresses where it listens now, in the order of the configuration. */
  public List<SocketAddress> addresses() {
    return node.addresses();
  }

  // ---- telemetry

  /** Adds a listener for what happens from now on. */
  public void add(TelemetryListener listener) {
    telemetry.add(Objects.requireNonNull(listener, "listener"));
  }

  public void remove(TelemetryListener listener) {
    telemetry.remove(listener);
  }

  // ---- configuration

  /**
   * Applies a changed configuration, as a whole or not at all, while the server runs. The page on
   * configuration says what each key does to open connections.
   *
   * @param change is given the keys as they were set before
   * @throws InvalidConfigurationException when it cannot apply; nothing has changed then
   * @throws IllegalStateException when the server has ended, or in a listener on its own thread
   */
  public void configure(Consumer<Settings> change) {
    waits.refuseOnOwnThread("configure");
    configuring.lock();
    try {
      requireLife();
      Settings changed = settings.copy();
      change.accept(changed);
      ServerSettings valid = changed.read(node.name(), List.of());
      Optional<String> problem = node.configure(valid);
      if (problem.isPresent()) {
        throw new InvalidConfigurationException(List.of(problem.get()));
      }
      settings = changed;
      inForce = valid;
    } finally {
      configuring.unlock();
    }
  }

  // ---- the handler

  /**
   * Replaces the handler: new clients get {@code next} at once, and connections go on with it as
   * with the next version of a bundle. Connections that cannot move are drained by the handler that
   * leaves. Returns when that handler has left all of them.
   *
   * @return the outcome for the connections of the handler that left
   * @throws IllegalStateException when the server has ended; in a callback of one of its
   *     connections, and nothing has changed then; or when connections did not leave by the
   *     deadlines of their drain, and {@code next} serves all the same
   */
  public Drained replace(Handler<?> next) {
    return handler.replace(next);
  }

  /**
   * Takes the handler away, as a stop of its bundle does, and returns when it has left all
   * connections. Connections that can move wait for the next handler, and new clients wait in the
   * backlog, for {@code handlerWait}. Without effect when there is no handler.
   *
   * @return the outcome for its connections
   * @throws IllegalStateException when connections did not leave by the deadlines of their drain;
   *     or in a callback of one of them, and nothing has changed then
   */
  public Drained withdraw() {
    return handler.withdraw();
  }

  /**
   * Serves {@code next} from now on. A handler that serves still keeps its connections, or loses
   * them, by {@code whenBetterHandlerArrives}.
   *
   * @throws IllegalStateException when the server has ended, or in a listener on its own thread
   */
  public void serve(Handler<?> next) {
    handler.serve(next);
  }

  // ---- the end

  private void requireLife() {
    if (stopping) {
      throw new IllegalStateException("server " + node.name() + " has ended");
    }
  }

  private void stopWithJvm() {
    try {
      waits.beginToStop(); // a lame duck first, if so configured
    } finally {
      Drained unused = stop();
    }
  }

  /**
   * Stops it as a stop of its bundle does: no new connections, then advice, shutdown and force,
   * within the timeouts. Returns when all is over. Idempotent.
   *
   * @return the outcome for its connections
   * @throws IllegalStateException in a callback of one of its connections, where {@link #close} may
   *     be called; or when connections did not end by the deadlines
   */
  public Drained stop() {
    waits.refuseInCallback("stop");
    stopping = true;
    try {
      return waits.await(node.stop(), "did not end in time");
    } finally {
      end();
    }
  }

  private void end() {
    life.close();
    for (String name : List.copyOf(transports.keySet())) {
      if (transports.remove(name) instanceof AutoCloseable transport) {
        closeQuietly(transport);
      }
    }
    shared.close();
  }

  /** Foreign code: what it throws keeps nothing else from its end. */
  private static void closeQuietly(AutoCloseable transport) {
    try {
      transport.close();
    } catch (Exception failed) {
      System.getLogger(RunningServer.class.getName())
          .log(System.Logger.Level.WARNING, "a transport could not be closed", failed);
    }
  }

  /**
   * As {@link #stop}. In a callback of one of its connections, or in a listener, the stop begins,
   * and goes on without waiting for it.
   */
  @Override
  public void close() {
    if (waits.wouldBeForItself()) {
      stopping = true;
      CompletableFuture<Drained> unused = node.stop().whenComplete((result, failure) -> end());
    } else {
      Drained unused = stop();
    }
  }

  /** Name, status and addresses, for people. */
  @Override
  public String toString() {
    return "server " + node.name() + " " + node.status() + " " + addresses();
  }
}
