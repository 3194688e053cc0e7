package io.thousandisland.embedded;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.configuration.SettingsText;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.Uninterruptibly;
import io.thousandisland.server.Drained;
import io.thousandisland.server.ListenerInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * A server that was started: its facts, its handler and its end.
 *
 * <p>Thread: any. In a callback of one of its connections {@link #stop}, {@link #replace} and
 * {@link #withdraw} are refused, because they would wait for that callback; {@link #close} does not
 * wait there. In a listener that is told on the server's own thread, {@link #serve} and {@link
 * #configure} are refused, too.
 */
public final class RunningServer implements AutoCloseable {

  /** The longest wait for the first try to listen, which may look up names. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How much longer than its own deadlines we wait for a drain that fails to keep them. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** The number of no handler: the first one has 1. */
  private static final long NONE = 0;

  private final SharedRuntime.Share shared;
  private final Telemetry telemetry = new Telemetry();
  private final Map<String, Transport> transports = new ConcurrentHashMap<>();
  private final ServerNode node;
  private final JvmLife life;
  private final boolean nonblocking;

  /** Counted down when the server listens, or has failed to. */
  private final CountDownLatch settled = new CountDownLatch(1);

  /** Held while a handler comes or goes, also during its drain. */
  private final ReentrantLock handlers = new ReentrantLock();

  /** Whether there is a handler. Guarded by {@link #handlers}. */
  private boolean serving;

  /** The number of the handler that came last. Guarded by {@link #handlers}. */
  private long number;

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
    this.nonblocking = plan.nonblocking();
    this.node = new ServerNode(plan.valid(), telemetry, shared.context());
    this.life = new JvmLife(node.name(), this::stopWithJvm);
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
    for (TransportFactory each : plan.transports().values()) {
      transports.put(each.name(), each.over(shared.tcp(), telemetry::emit));
    }
    node.onChange(this::settleOnce);
    node.transports(transports::get);
    node.settingsText(() -> SettingsText.of(inForce));
    node.transport(plan.carrier(), Objects.requireNonNull(transports.get(plan.carrier())));
    serve(first);
    node.start();
    awaitFirstTry();
    String trouble = trouble();
    if (!trouble.isEmpty()) {
      throw new StartFailedException("server " + node.name() + " cannot start: " + trouble);
    }
    if (plan.stopsWithJvm()) {
      life.stopWithJvm();
    }
    if (plan.keepsJvm()) {
      life.keepJvm();
    }
  }

  private void settleOnce() {
    if (node.status() == Status.RUNNING || node.status() == Status.FAILED) {
      settled.countDown();
    }
  }

  private void awaitFirstTry() {
    try {
      boolean unused = settled.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailedException("server " + node.name() + " cannot start: interrupted");
    }
  }

  /** Why it does not listen everywhere; empty when it does. */
  private String trouble() {
    ServerInfo info = node.info();
    List<String> places =
        info.listeners().stream()
            .filter(each -> each.trouble().isPresent())
            .map(RunningServer::trouble)
            .toList();
    if (!places.isEmpty()) {
      return String.join("; ", places);
    }
    return info.ready() ? "" : info.status() + " " + info.reason().orElse("");
  }

  private static String trouble(ListenerInfo place) {
    return place.trouble().map(why -> place.listen() + ": " + why).orElse("");
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
    refuseOnOwnThread("configure");
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
    Objects.requireNonNull(next, "next");
    refuseInCallback("replace");
    handlers.lock();
    try {
      requireLife();
      long leaving = serving ? number : NONE;
      follow(next, serviceId -> serviceId != leaving);
      return leaving == NONE ? Drained.NOTHING : retire(leaving);
    } finally {
      handlers.unlock();
    }
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
    refuseInCallback("withdraw");
    handlers.lock();
    try {
      boolean served = serving;
      serving = false;
      return served ? retire(number) : Drained.NOTHING;
    } finally {
      handlers.unlock();
    }
  }

  /**
   * Serves {@code next} from now on. A handler that serves still keeps its connections, or loses
   * them, by {@code whenBetterHandlerArrives}.
   *
   * @throws IllegalStateException when the server has ended, or in a listener on its own thread
   */
  public void serve(Handler<?> next) {
    Objects.requireNonNull(next, "next");
    refuseOnOwnThread("serve");
    handlers.lock();
    try {
      requireLife();
      follow(next, serviceId -> true);
    } finally {
      handlers.unlock();
    }
  }

  /**
   * Lets {@code next} serve new connections. Under {@link #handlers}.
   *
   * @param stays whether the handler of a number goes on beside it
   */
  private void follow(Handler<?> next, LongPredicate stays) {
    number++;
    serving = true;
    Optional<HandlerBinding> binding = Optional.of(HandlerFacts.binding(next, number, nonblocking));
    node.handler(() -> binding, stays, "", null);
  }

  /** Returns when the handler has left, or should have. Under {@link #handlers}. */
  private Drained retire(long leaving) {
    return await(node.retire(leaving), "did not leave their handler in time");
  }

  /** A wait that ends, whatever keeps the connections. */
  private Drained await(CompletableFuture<Drained> drain, String otherwise) {
    Duration longest = inForce.timeouts().wholeDrain().multipliedBy(2).plus(GRACE);
    if (!Uninterruptibly.await(drain, Uninterruptibly.in(longest))) {
      throw new IllegalStateException("connections of server " + node.name() + " " + otherwise);
    }
    return drain.join();
  }

  // ---- the end

  private void requireLife() {
    if (stopping) {
      throw new IllegalStateException("server " + node.name() + " has ended");
    }
  }

  private void refuseOnOwnThread(String method) {
    if (node.isCaller()) {
      refuse(method, "in a listener");
    }
  }

  private void refuseInCallback(String method) {
    refuseOnOwnThread(method);
    if (node.isCallback()) {
      refuse(method, "in a callback of its connections");
    }
  }

  private void refuse(String method, String place) {
    throw new IllegalStateException(
        "%s of server %s would wait for itself %s; call it on another thread"
            .formatted(method, node.name(), place));
  }

  private void stopWithJvm() {
    try { // a lame duck first, if so configured
      boolean unused =
          Uninterruptibly.await(
              node.beginToStop(), Uninterruptibly.in(node.readyDelay().plus(GRACE)));
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
    refuseInCallback("stop");
    stopping = true;
    try {
      return await(node.stop(), "did not end in time");
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
    if (node.isCaller() || node.isCallback()) {
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
