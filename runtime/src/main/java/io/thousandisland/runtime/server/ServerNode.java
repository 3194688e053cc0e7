// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.handler.SocketRef;
import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.drain.DrainRun;
import io.thousandisland.runtime.drain.DrainTarget;
import io.thousandisland.runtime.drain.Drains;
import io.thousandisland.runtime.drain.Pausable;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.listening.ListenPlan;
import io.thousandisland.runtime.listening.Listeners;
import io.thousandisland.runtime.server.ServerState.Condition;
import io.thousandisland.runtime.settings.LeaveSettings;
import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.LifeThread;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.supervision.Backoff;
import io.thousandisland.runtime.supervision.Observer;
import io.thousandisland.runtime.supervision.Root;
import io.thousandisland.runtime.supervision.RootListener;
import io.thousandisland.runtime.supervision.Supervisor;
import io.thousandisland.server.Cidr;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.SettingInfo;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One server: the top of the tree, and its control from outside.
 *
 * <p>Thread: any. Every change runs as a step on the server's {@link LifeThread}, which owns the
 * state that changes. Drains run on threads of their own, so that a handler that leaves slowly does
 * not keep the next handler from serving.
 */
public final class ServerNode implements Server {

  private final ServerContext context;
  private final LifeThread life;
  private final Listeners listeners;
  private final AcceptorSupervisor acceptors;
  private final Drains drains;
  private final Succession succession;
  private final WaitWatch waits;
  private final Reaper reaper;
  private final Root root;
  private final Instant started = Instant.now();

  /** Set once, before the server starts; run by the life thread. */
  private volatile Runnable onChange = () -> {};

  /** Set once, before the server starts; asked by {@link #info}. */
  private volatile Supplier<List<SettingInfo>> settingsText = List::of;

  /** Set once, before the server starts; run by {@link #retry}. */
  private volatile Runnable onRetry = () -> {};

  // ---- the life thread's own

  private final ServerState state = new ServerState();
  private boolean treeStarted;
  private @Nullable CompletableFuture<Drained> stopping;

  /** The drain under way that has begun as a lame duck; null when there is none. */
  private @Nullable LameDuck lameDuck;

  /** Written by the life thread; other threads ask it for its facts. */
  private volatile @Nullable Transport transport;

  /** The next try to have as many acceptors as there should be. */
  private Future<?> resizing = CompletableFuture.completedFuture(null);

  /** The handler that could not be obtained, as reported; null when that is over. */
  private @Nullable Unavailable unavailable;

  /** The drains of transports that were bound before. */
  private final Map<Transport, CompletableFuture<Drained>> leavingTransports = new HashMap<>();

  /** A handler that could not be obtained; {@code called} is its name, version and bundle. */
  private record Unavailable(long serviceId, String called) {}

  /**
   * A drain of the server that begins as a lame duck.
   *
   * @param timeouts those that it keeps
   * @param left completes when the phase is over
   */
  private record LameDuck(
      DrainRun drain, Timeouts timeouts, CompletableFuture<@Nullable Void> left) {}

  /** The condition that the state leads to; replaced as a whole by the life thread, read by any. */
  private volatile Condition condition = Condition.FIRST;

  /** Starts nothing yet. */
  public ServerNode(ServerSettings settings, Telemetry telemetry, RuntimeContext runtime) {
    this.context = new ServerContext(settings, telemetry, runtime);
    this.life = new LifeThread(settings.name());
    var seen = new Seen();
    this.listeners =
        new Listeners(
            context,
            seen,
            () -> life.execute(this::listenersChanged),
            this::takeWaiting,
            this::withoutWorkers);
    this.acceptors = new AcceptorSupervisor(context, listeners, seen);
    this.drains = new Drains(context);
    this.succession = new Succession(context, life, drains, acceptors, this::reconcile);
    this.reaper = new Reaper(context, acceptors::showOpen);
    this.waits = new WaitWatch(context, life, acceptors, listeners);
    this.root =
        new Root(
            Supervisor.restForOne(settings.name(), context::budget, seen, listeners, acceptors),
            Backoff.DEFAULT,
            seen);
  }

  /** The receiver of the supervisors' reports, on their threads. */
  private final class Seen implements Observer, RootListener {
    @Override
    public void restarted(String node, Throwable reason) {
      context.emit(() -> new TelemetryEvent.Restarted(context.name(), node, reason));
    }

    @Override
    public void budgetExhausted(String supervisor, Throwable reason) {
      context.emit(
          () -> new TelemetryEvent.RestartBudgetExhausted(context.name(), supervisor, reason));
    }

    @Override
    public void up() {
      life.execute(() -> treeIs(true, null));
    }

    @Override
    public void down(Throwable reason, Duration retryIn) {
      life.execute(() -> treeIs(false, reason));
    }
  }

  /** Takes clients before {@code closing} closes. */
  private void takeWaiting(ListeningChannel closing) {
    acceptors.takeWaiting(closing);
  }

  /** Runs {@code change} while no acceptor waits for a client. */
  private void withoutWorkers(Runnable change) {
    List<Acceptor> moved = List.copyOf(acceptors.all());
    Pausable.pause(moved);
    try {
      change.run();
    } finally {
      moved.forEach(Pausable::resume);
    }
  }

  private void listenersChanged() {
    listeners.lookAgain();
    publish();
  }

  private void treeIs(boolean up, @Nullable Throwable failure) {
    state.treeUp = up;
    state.treeFailure = failure;
    publish();
  }

  // ---- called by the component

  /**
   * {@code changed} runs, on the life thread and under no lock, when status, port or reason
   * changed.
   */
  public void onChange(Runnable changed) {
    onChange = changed;
  }

  /** {@link #info} shows the settings as {@code text} gives them. */
  public void settingsText(Supplier<List<SettingInfo>> text) {
    settingsText = text;
  }

  /** {@link #retry} runs {@code tryAgain}. */
  public void onRetry(Runnable tryAgain) {
    onRetry = tryAgain;
  }

  /** Sets where connections find another transport to switch to, by its name. */
  public void transports(Function<String, @Nullable Transport> byName) {
    context.transports(byName);
  }

  /** Begins to serve as soon as transport and handler are there. Idempotent. */
  public void start() {
    life.run(
        () -> {
          state.configured = true;
          reap();
          reconcile();
        });
  }

  /** Binds a transport, or replaces the one bound. */
  public void transport(String name, Transport bound) {
    life.run(() -> bind(new TransportBinding(name, bound)));
  }

  /**
   * Binds the best transport, or reports {@code otherwise} when there is none. A bound transport
   * stays as long as it {@code matches}: a better one is no reason to close the port. As for {@link
   * #handler}, {@code best} is asked on the server's own thread.
   */
  public void chooseTransport(
      Supplier<Optional<TransportBinding>> best, Predicate<Transport> matches, String otherwise) {
    life.run(
        () -> {
          if (state.stopping || (transport != null && matches.test(transport))) {
            return;
          }
          Optional<TransportBinding> chosen = best.get();
          if (chosen.isPresent()) {
            bind(chosen.get());
          } else if (transport == null) { // else it stays until another one matches
            state.noTransport = otherwise;
            publish();
          }
        });
  }

  private void bind(TransportBinding binding) {
    Transport before = transport;
    if (before != null && before != binding.transport()) {
      listeners.silence();
      drainOf(before, List.of());
    }
    transport = binding.transport();
    state.noTransport = null;
    context.transportName(binding.name());
    reconcile();
  }

  /**
   * {@code gone} leaves: if it is the bound transport, closes the listener and drains the
   * connections. The future completes when the connections have ended, or the deadline has passed.
   */
  public CompletableFuture<Drained> transportGone(Transport gone, String why) {
    return life.call(
        () -> {
          if (transport == gone) {
            transport = null;
            state.noTransport = why;
            reconcile();
            return drainOf(gone, acceptors.all());
          }
          return leavingTransports.getOrDefault(
              gone, CompletableFuture.completedFuture(Drained.NOTHING));
        });
  }

  /** Ends the connections that run over {@code leaving}, which is no longer bound. */
  private CompletableFuture<Drained> drainOf(Transport leaving, List<Acceptor> paused) {
    List<Connection> its = List.copyOf(acceptors.live());
    DrainTarget these =
        paused.isEmpty() ? DrainTarget.of(() -> its) : DrainTarget.of(acceptors::live);
    DrainRun drain = drains.of("transport", these);
    CompletableFuture<Drained> drained = drain.result();
    leavingTransports.put(leaving, drained);
    drained.whenCompleteAsync((result, error) -> leavingTransports.remove(leaving, drained), life);
    drains.start(drain, paused, context.lentThreads::renew);
    return drained;
  }

  /**
   * Lets the best handler serve new connections, or reports {@code otherwise} when there is none.
   * {@code best} is asked on the server's own thread, so that a handler that has left meanwhile is
   * not chosen: a caller that lets a handler go takes it out first and then calls {@link #retire}.
   * {@code stays} says whether the service of an id is still there. {@code trouble} is the fault of
   * a better handler while another one serves; null when there is none.
   */
  public void handler(
      Supplier<Optional<HandlerBinding>> best,
      LongPredicate stays,
      String otherwise,
      @Nullable String trouble) {
    life.run(
        () -> {
          state.trouble = trouble;
          if (!state.stopping) { // else nothing would let go of it again
            succession.choose(best.get(), stays, otherwise);
            reconcile();
            tellIfRecovered(trouble);
          }
        });
  }

  /** The handler of {@code binding} serves new connections from now on. */
  public void serve(HandlerBinding binding) {
    life.run(
        () -> {
          succession.serve(binding, serviceId -> true);
          reconcile();
        });
  }

  /**
   * Ends all connections of a handler's service. When the future completes, by the deadlines of the
   * settings at the latest, no callback of that handler begins any more and nothing here refers to
   * the handler.
   */
  public CompletableFuture<Drained> retire(long serviceId) {
    return retire(serviceId, false);
  }

  /**
   * As {@link #retire(long)}.
   *
   * @param classesStay whether the handler's bundle stays, so that a state object of its classes
   *     can go on with the next handler of the same class
   */
  public CompletableFuture<Drained> retire(long serviceId, boolean classesStay) {
    Thread caller = Thread.currentThread();
    return life.call(
        () -> {
          // in a server that ends, connections are to end, with their handler's goodbye
          boolean ends = state.stopping || state.drains > (state.lameDuck ? 1 : 0);
          CompletableFuture<Drained> future =
              succession.retire(serviceId, !ends, classesStay, caller);
          reconcile();
          return future;
        });
  }

  /**
   * Applies changed settings, as a whole or not at all. Settings that can apply live do so; the
   * rest restarts only the nodes concerned. One caller at a time.
   *
   * @return why the settings cannot apply, by the names of the keys; nothing has changed then
   */
  public Optional<String> configure(ServerSettings changed) {
    ListenPlan.Prepared prepared = listeners.prepare(changed.listen());
    if (prepared.problem().isEmpty()) {
      life.run(() -> take(changed, prepared.plan()));
    }
    return prepared.problem();
  }

  private void take(ServerSettings changed, @Nullable ListenPlan plan) {
    ServerSettings before = context.settings();
    boolean recount = context.settings(changed);
    if (recount) {
      acceptors.countAddresses();
    }
    acceptors.lookForPlaces();
    boolean corrected = state.refused != null;
    state.refused = null;
    listeners.take(plan, before.listen());
    resizeAcceptors(1);
    reap();
    if (corrected) {
      context.emit(() -> new TelemetryEvent.ConfigurationAccepted(context.name()));
    }
    reconcile();
  }

  /**
   * Lets the reaper look as the settings ask for. Without memory for its thread: a moment later.
   */
  private void reap() {
    try {
      reaper.settingsChanged();
    } catch (OutOfMemoryError noThread) {
      Future<?> unused = life.later(Backoff.DEFAULT.after(1), this::reap);
    }
  }

  /**
   * Adds or takes away acceptors. An acceptor that cannot be started, because memory is short for
   * example, is tried again.
   */
  private void resizeAcceptors(int tries) {
    resizing.cancel(false);
    List<Acceptor> surplus;
    try {
      surplus = acceptors.resize();
    } catch (Exception | Error e) {
      state.acceptors = "only %d acceptors could be started: %s".formatted(acceptors.size(), e);
      resizing =
          life.later(
              Backoff.DEFAULT.after(tries),
              () -> {
                resizeAcceptors(tries + 1);
                publish();
              });
      return;
    }
    state.acceptors = null;
    for (Acceptor acceptor : surplus) {
      drains
          .start(drains.of(acceptor.name(), DrainTarget.of(acceptor.connections()::live)))
          .result()
          .whenCompleteAsync((result, error) -> takenAway(acceptor), life);
    }
  }

  private void takenAway(Acceptor acceptor) {
    acceptors.remove(acceptor);
    publish();
  }

  /** A new configuration was wrong: the server runs on the previous one, and reports it. */
  public void refused(String reason) {
    life.run(
        () -> {
          state.refused = reason;
          context.emit(() -> new TelemetryEvent.ConfigurationRefused(context.name(), reason));
          publish();
        });
  }

  /** The configuration is in force with other values than its own, or than the defaults. */
  public void adjusted(String what) {
    context.emit(() -> new TelemetryEvent.ConfigurationAdjusted(context.name(), what));
  }

  /** Drains and stops everything, for good. Idempotent: returns the same future. */
  public CompletableFuture<Drained> stop() {
    return life.call(
        () -> {
          CompletableFuture<Drained> running = stopping;
          if (running != null) {
            return running;
          }
          state.stopping = true;
          succession.close();
          CompletableFuture<Drained> future =
              drainToStop().result().whenCompleteAsync((result, error) -> stopTree(), life);
          stopping = future;
          return future;
        });
  }

  /**
   * Whether the caller runs on the server's own thread, as a listener may that hears of a change.
   * It must not wait for another change.
   */
  public boolean isCaller() {
    return life.isCaller();
  }

  /** Whether the caller runs in a callback of one of the connections. It must not wait for them. */
  public boolean isCallback() {
    Thread caller = Thread.currentThread();
    return acceptors.live().stream().anyMatch(connection -> connection.runsOn(caller));
  }

  /** A drain that began as a lame duck goes on, without further delay. */
  private DrainRun drainToStop() {
    LameDuck duck = lameDuck;
    if (duck != null) {
      leave(duck);
      if (duck.timeouts().equals(context.settings().timeouts())) {
        return duck.drain();
      } // else the stop could take longer than its callers wait
    }
    return drainServer();
  }

  /** The configured time for which the server is a lame duck before it drains. */
  public Duration readyDelay() {
    return context.settings().leave().readyDelay();
  }

  private void stopTree() {
    if (treeStarted) {
      root.stop();
    }
    reaper.stop();
    succession.end();
    transport = null;
    state.stopped = true;
    publish();
  }

  /** Whether a handler serves, which a changed configuration must not take away. */
  public boolean hasHandler() {
    return context.generations.serving() != null;
  }

  /** As {@link #hasHandler}. */
  public boolean hasTransport() {
    return life.call(() -> transport != null);
  }

  /**
   * A handler that matches, and is better than the one that serves, cannot be obtained.
   *
   * @param serviceId its {@code service.id}
   * @param handler its name, version and bundle
   */
  public void handlerUnavailable(long serviceId, String handler, String reason, Duration retryIn) {
    life.run(
        () -> {
          unavailable = new Unavailable(serviceId, handler);
          context.emit(
              () ->
                  new TelemetryEvent.HandlerUnavailable(context.name(), handler, reason, retryIn));
        });
  }

  private void tellIfRecovered(@Nullable String trouble) {
    Unavailable handler = unavailable;
    if (handler != null && trouble == null) {
      unavailable = null;
      Generation serving = context.generations.serving();
      boolean obtained = serving != null && serving.facts().serviceId() == handler.serviceId();
      context.emit(
          () -> new TelemetryEvent.HandlerRecovered(context.name(), handler.called(), obtained));
    }
  }

  // ---- called by operators

  @Override
  public void suspend() {
    life.run(
        () -> {
          if (lameDuck != null) {
            leave(lameDuck);
          }
          state.suspended = true;
          reconcile();
        });
  }

  @Override
  public void resume() {
    life.run(
        () -> {
          state.suspended = false;
          state.suspendsLater = false;
          reconcile();
        });
  }

  @Override
  public void retry() {
    onRetry.run();
  }

  @Override
  public Drain drain() {
    return drain(readyDelay());
  }

  @Override
  public Drain drain(Duration readyDelay) {
    LeaveSettings.check(readyDelay);
    return life.call(
        () -> {
          LameDuck duck = lameDuckFor(readyDelay);
          if (duck != null) {
            return duck.drain();
          }
          state.suspended = true;
          return drainServer();
        });
  }

  /**
   * Begins to end with the framework: as a lame duck for the configured time, or else at once. The
   * future completes when the port is closed. {@link #stop} is still to be called.
   */
  public CompletableFuture<?> beginToStop() {
    return life.call(
        () -> {
          LameDuck duck = lameDuckFor(readyDelay());
          if (duck != null) {
            return duck.left();
          }
          CompletableFuture<Drained> unused = stop();
          return CompletableFuture.completedFuture(null);
        });
  }

  /**
   * The lame duck that the server is from now on, for {@code readyDelay} at most; null when it
   * cannot be one. A server has one lame duck phase at a time, which a further drain may shorten.
   */
  private @Nullable LameDuck lameDuckFor(Duration readyDelay) {
    LameDuck duck = lameDuck;
    if (duck != null && state.lameDuck) {
      state.suspendsLater = true;
      if (readyDelay.isZero()) {
        leave(duck);
      } else {
        duck.drain().shortenLameDuck(readyDelay);
      }
      return duck;
    }
    boolean open = state.serves() && listeners.address() != null;
    return open && readyDelay.isPositive() ? beginLameDuck(readyDelay) : null;
  }

  private LameDuck beginLameDuck(Duration readyDelay) {
    Timeouts timeouts = context.settings().timeouts();
    DrainRun drain = drains.of("server", DrainTarget.of(acceptors::live));
    var duck = new LameDuck(drain, timeouts, new CompletableFuture<>());
    lameDuck = duck;
    state.lameDuck = true;
    state.suspendsLater = true;
    state.drains++;
    publish();
    drains.startLameDuck(drain, readyDelay, acceptors::all, () -> life.run(() -> leave(duck)));
    whenOver(drain);
    return duck;
  }

  /** Ends the lame duck phase of {@code duck}, if it is not over: closes the port. */
  private void leave(LameDuck duck) {
    if (duck.left().isDone()) {
      return;
    }
    state.lameDuck = false;
    state.suspended |= state.suspendsLater;
    reconcile();
    duck.left().complete(null);
    duck.drain().shortenLameDuck(Duration.ZERO);
  }

  private DrainRun drainServer() {
    DrainRun drain = drains.of("server", DrainTarget.of(acceptors::live));
    state.drains++;
    reconcile(); // closes the port first
    drains.start(drain, acceptors.all(), () -> {});
    whenOver(drain);
    return drain;
  }

  private void whenOver(DrainRun drain) {
    drain
        .result()
        .whenCompleteAsync(
            (result, error) -> {
              state.drains--;
              if (lameDuck != null && lameDuck.drain() == drain) {
                lameDuck = null;
              }
              publish();
            },
            life);
  }

  @Override
  public Drain drainAcceptor(int number) {
    Acceptor acceptor = acceptors.acceptor(number);
    DrainRun drain = drains.of(acceptor.name(), DrainTarget.of(acceptor.connections()::live));
    return drains.start(drain, List.of(acceptor), () -> {});
  }

  @Override
  public Drain drainRolling() {
    return drains.startRolling("rolling", acceptors.all());
  }

  @Override
  public Drain drainGeneration(int number) {
    return life.call(() -> succession.drain(number));
  }

  @Override
  public Drain drainConnection(long id) {
    if (acceptors.live(id) == null) {
      throw new IllegalArgumentException("no connection " + id);
    }
    DrainTarget one =
        DrainTarget.of(
            () -> {
              Connection its = acceptors.live(id);
              return its == null ? List.of() : List.of(its);
            });
    return drains.start(drains.of("connection " + id, one));
  }

  @Override
  public Drain drainAddress(String block) {
    Cidr its =
        Cidr.parse(block)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "address is " + block + "; allowed: " + Cidr.FORM));
    DrainTarget of =
        DrainTarget.of(() -> acceptors.live().stream().filter(c -> c.isOf(its)).toList());
    return drains.start(drains.of("address " + its, of));
  }

  @Override
  public boolean awaitConnections(IntPredicate wanted, Duration limit) throws InterruptedException {
    return context.admission.headcount.await(wanted, limit);
  }

  @Override
  public List<Drain> drains() {
    return drains.underWay();
  }

  // ---- the state machine, on the life thread

  /** Brings the listener and the tree to the state that the state asks for. */
  private void reconcile() {
    state.noHandler = succession.nobody();
    Transport bound = transport;
    if (state.serves() && succession.portHeld() && bound != null) {
      listeners.listen(bound);
      if (!treeStarted) {
        treeStarted = true;
        root.start();
      }
    } else {
      publish(); // first: nobody is to find a closed port of a server that says it is ready
      listeners.silence();
    }
    publish();
  }

  /** Derives the status, and reports it. */
  private void publish() {
    Condition before = condition;
    Condition now = state.condition(listeners);
    condition = now;
    if (now.isNews(before)) {
      context.emit(
          () ->
              new TelemetryEvent.StatusChanged(
                  context.name(), before.status(), now.status(), now.reason()));
    }
    if (now.isReady() != before.isReady()) {
      context.emit(() -> new TelemetryEvent.ReadinessChanged(context.name(), now.isReady()));
    }
    waits.look(
        state.missing(),
        state.noTransport != null || context.generations.absentSince() != Signals.NEVER);
    onChange.run();
  }

  // ---- facts

  @Override
  public String name() {
    return context.name();
  }

  /** The configured host, of the first address that has one. */
  public Optional<String> host() {
    return context.settings().listen().inet().map(ListenAddress.Inet::host);
  }

  /** The addresses where it listens now. */
  public List<SocketAddress> addresses() {
    return listeners.infos().stream().flatMap(each -> each.address().stream()).toList();
  }

  @Override
  public Status status() {
    return condition.status();
  }

  /** Places of {@code maxConnections} that are taken, also by sockets that linger. */
  int placesTaken() {
    return context.admission.permits.used();
  }

  @Override
  public ServerInfo info() {
    Condition now = condition;
    return new ServerInfo(
        name(),
        now.status(),
        now.reason().isEmpty() ? Optional.empty() : Optional.of(now.reason()),
        listeners.infos(),
        context.transportName().isEmpty() ? Optional.empty() : Optional.of(context.transportName()),
        transportFacts(),
        acceptors.size(),
        acceptors.live().size(),
        context.admission.permits.limit(),
        context.accepted.get(),
        context.admission.refusals(),
        succession.infos(),
        settingsText.get(),
        started);
  }

  /** Foreign code: whatever it throws, the other facts are shown. */
  private Map<String, String> transportFacts() {
    Transport bound = transport;
    try {
      return bound == null ? Map.of() : bound.facts();
    } catch (Throwable thrown) {
      return Map.of("facts", "cannot be had: " + thrown);
    }
  }

  @Override
  public Optional<SocketRef> connection(long id) {
    return Optional.ofNullable(acceptors.live(id)).map(Connection::ref);
  }

  @Override
  public List<ConnectionInfo> connections() {
    return acceptors.live().stream()
        .map(Connection::info)
        .sorted(Comparator.comparingLong(ConnectionInfo::id))
        .toList();
  }
}
