package io.thousandisland.runtime.server;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.supervision.Backoff;
import io.thousandisland.runtime.supervision.Observer;
import io.thousandisland.runtime.supervision.RestartBudget;
import io.thousandisland.runtime.supervision.Root;
import io.thousandisland.runtime.supervision.RootListener;
import io.thousandisland.runtime.supervision.Supervisor;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.Transport;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One server: the top of the tree, and what it is told from outside.
 *
 * <p>Thread: any calls. Every change runs as a step on the server's {@link LifeThread}, which owns
 * the fields below; drains run on threads of their own, so that a handler which leaves slowly does
 * not keep the next one from serving.
 */
public final class ServerNode implements Server {

  private final ServerContext context;
  private final LifeThread life;
  private final Generations generations;
  private final Listener listener;
  private final AcceptorSupervisor acceptors;
  private final Root root;
  private final Instant started = Instant.now();
  private volatile Runnable onChange = () -> {};

  // ---- the life thread's own; what status() needs of it is published as one value

  /** Also read by who chooses one. */
  private volatile @Nullable Transport transport;

  private @Nullable String noTransport = "no transport bound";
  private @Nullable String noHandler = "no handler bound";
  private @Nullable String refused;
  private @Nullable Throwable rootFailure;
  private boolean told;
  private boolean treeStarted;
  private boolean treeUp;
  private boolean suspended;
  private boolean portHeld;
  private int absences;
  private int drains;
  private final Map<Long, CompletableFuture<Drained>> retiring = new HashMap<>();
  private @Nullable CompletableFuture<Drained> stopping;
  private boolean stopped;

  /**
   * What {@link #status} and the reason are derived from; replaced as a whole by the life thread.
   */
  private volatile Condition condition = new Condition(Status.WAITING, "not started");

  private record Condition(Status status, String reason) {}

  /** Starts nothing yet. */
  public ServerNode(ServerSettings settings, Telemetry telemetry, Engine engine) {
    this.context = new ServerContext(settings, telemetry, engine);
    this.life = new LifeThread(settings.name());
    this.generations = new Generations(context);
    this.listener = new Listener(context, () -> life.execute(this::publish));
    var budget = new RestartBudget(settings.restarts(), settings.restartWindow());
    var seen = new Seen();
    this.acceptors = new AcceptorSupervisor(context, listener, budget, seen);
    this.root =
        new Root(
            Supervisor.restForOne(settings.name(), budget, seen, listener, acceptors),
            Backoff.DEFAULT,
            seen);
  }

  /** What the supervisors report. On their threads. */
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

  private void treeIs(boolean up, @Nullable Throwable failure) {
    treeUp = up;
    rootFailure = failure;
    publish();
  }

  // ---- what the component tells

  /**
   * {@code changed} is told, on any thread and under no lock, when status, port or reason changed.
   */
  public void onChange(Runnable changed) {
    onChange = changed;
  }

  /** Where connections find another transport to switch to, by its name. */
  public void transports(Function<String, @Nullable Transport> byName) {
    context.transports(byName);
  }

  /** Begins to serve as soon as transport and handler are there. Idempotent. */
  public void start() {
    life.run(
        () -> {
          told = true;
          reconcile();
        });
  }

  /** Binds a transport, or replaces the one bound. */
  public void transport(String name, Transport bound) {
    life.run(
        () -> {
          if (transport != null && transport != bound) {
            listener.silence();
          }
          transport = bound;
          noTransport = null;
          context.transportName(name);
          reconcile();
        });
  }

  /** The transport bound now. */
  public @Nullable Transport transport() {
    return transport;
  }

  /** No transport matches. */
  public void noTransport(String why) {
    life.run(
        () -> {
          noTransport = why;
          publish();
        });
  }

  /**
   * The transport is going: closes the listener and drains the connections. The future completes
   * when they have ended, or the deadline has passed.
   */
  public CompletableFuture<Drained> transportGone(String why) {
    return life.call(
        () -> {
          transport = null;
          noTransport = why;
          reconcile();
          return drainOnOwnThread(
              "transport", pausedWhile(acceptors.all()), acceptors::live, () -> {});
        });
  }

  /**
   * Lets the best handler serve new connections, or says {@code otherwise} when there is none.
   * {@code best} is asked on the server's own thread, so that a handler which has left meanwhile is
   * not chosen: who lets it go takes it out first and calls {@link #retire} then.
   */
  public void handler(Supplier<Optional<HandlerBinding>> best, String otherwise) {
    life.run(
        () -> {
          Optional<HandlerBinding> chosen = best.get();
          Generation serving = context.handlers.serving();
          if (chosen.isEmpty()) {
            serveNobody(otherwise);
          } else if (serving == null
              || serving.facts().serviceId() != chosen.get().facts().serviceId()) {
            serve(chosen.get().facts(), chosen.get().handler());
          }
        });
  }

  /** {@code handler} serves new connections from now on. */
  public void serve(HandlerFacts facts, Handler<?> handler) {
    life.run(
        () -> {
          Generation before = generations.serve(facts, handler);
          noHandler = null;
          portHeld = true;
          absences++;
          if (before != null
              && context.settings().whenBetterHandlerArrives()
                  == ServerSettings.WhenBetterHandlerArrives.DRAIN) {
            drainGenerations(List.of(before));
          }
          reconcile();
        });
  }

  /** No handler matches. The port stays bound for the handler wait, so that nobody is refused. */
  public void serveNobody(String why) {
    life.run(
        () -> {
          noHandler = why;
          if (generations.serveNobody() != null) {
            closePortUnlessServedWithin(context.settings().handlerWait());
          }
          reconcile();
        });
  }

  private void closePortUnlessServedWithin(Duration wait) {
    if (!DeadlineSweeper.countable(wait)) {
      return;
    }
    int absence = ++absences;
    Executor later = CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS, life);
    later.execute(
        () -> {
          if (absence == absences) {
            portHeld = false;
            reconcile();
          }
        });
  }

  /**
   * Ends all connections of a handler's service. When the future completes, by the deadlines of the
   * settings at the latest, no callback of that handler begins any more and nothing here refers to
   * it.
   */
  public CompletableFuture<Drained> retire(long serviceId) {
    return life.call(
        () -> {
          CompletableFuture<Drained> running = retiring.get(serviceId);
          if (running != null) {
            return running;
          }
          List<Generation> leaving = generations.of(serviceId);
          Generation serving = context.handlers.serving();
          if (serving != null && leaving.contains(serving)) {
            generations.serveNobody();
            noHandler = "handler " + serving.facts().name() + " has left";
            closePortUnlessServedWithin(context.settings().handlerWait());
          }
          CompletableFuture<Drained> future = drainGenerations(leaving);
          if (!future.isDone()) {
            retiring.put(serviceId, future);
            future.whenCompleteAsync((result, error) -> retiring.remove(serviceId), life);
          }
          reconcile();
          return future;
        });
  }

  private CompletableFuture<Drained> drainGenerations(List<Generation> leaving) {
    if (leaving.isEmpty()) {
      return CompletableFuture.completedFuture(Drained.NOTHING);
    }
    leaving.forEach(Generation::close);
    String what = "generation " + leaving.getFirst().number();
    return drainOnOwnThread(
        what,
        () -> acceptors.live().stream().filter(c -> isOneOf(leaving, c.generation())).toList(),
        () -> generations.abandon(leaving));
  }

  private static boolean isOneOf(List<Generation> leaving, @Nullable Generation generation) {
    return generation != null && leaving.contains(generation);
  }

  /**
   * Takes up changed settings: what can apply live does; the rest restarts only the nodes
   * concerned.
   */
  public void configure(ServerSettings changed) {
    life.run(
        () -> {
          ServerSettings before = context.settings();
          context.settings(changed);
          refused = null;
          if (listensElsewhere(before, changed)) {
            acceptors.pause();
            listener.reopen();
            acceptors.resume();
          }
          resizeAcceptors();
          reconcile();
        });
  }

  private static boolean listensElsewhere(ServerSettings before, ServerSettings changed) {
    return before.port() != changed.port()
        || !before.host().equals(changed.host())
        || before.backlog() != changed.backlog()
        || before.listenSockets() != changed.listenSockets()
        || !before.socketOptions().equals(changed.socketOptions());
  }

  private void resizeAcceptors() {
    List<Acceptor> surplus;
    try {
      surplus = acceptors.resize();
    } catch (Exception e) { // one that cannot start is the supervisor's to report and to try again
      throw new IllegalStateException("an acceptor could not be started", e);
    }
    for (Acceptor acceptor : surplus) {
      drainOnOwnThread(acceptor.name(), acceptor.connections()::live)
          .whenCompleteAsync((result, error) -> acceptors.remove(acceptor), life);
    }
  }

  /** A new configuration was wrong: the server runs on the one before, and says so. */
  public void refused(String reason) {
    life.run(
        () -> {
          refused = reason;
          context.emit(() -> new TelemetryEvent.ConfigurationRefused(context.name(), reason));
          publish();
          onChange.run();
        });
  }

  /** Drains and stops everything, for good. Idempotent: the same future. */
  public CompletableFuture<Drained> stop() {
    return life.call(
        () -> {
          CompletableFuture<Drained> running = stopping;
          if (running != null) {
            return running;
          }
          listener.silence();
          CompletableFuture<Drained> future =
              drainServer()
                  .thenApplyAsync(
                      result -> {
                        stopTree();
                        return result;
                      },
                      life);
          stopping = future;
          publish();
          return future;
        });
  }

  private void stopTree() {
    if (treeStarted) {
      root.stop();
    }
    Generation serving = generations.serveNobody();
    if (serving != null) {
      generations.abandon(List.of(serving));
    }
    transport = null;
    stopped = true;
    publish();
  }

  // ---- what operators tell

  @Override
  public void suspend() {
    life.run(
        () -> {
          suspended = true;
          reconcile();
        });
  }

  @Override
  public void resume() {
    life.run(
        () -> {
          suspended = false;
          reconcile();
        });
  }

  @Override
  public CompletableFuture<Drained> drain() {
    return life.call(
        () -> {
          suspended = true;
          reconcile();
          return drainServer();
        });
  }

  private CompletableFuture<Drained> drainServer() {
    drains++;
    publish();
    CompletableFuture<Drained> drained =
        drainOnOwnThread("server", pausedWhile(acceptors.all()), acceptors::live, () -> {});
    return drained.whenCompleteAsync(
        (result, error) -> {
          drains--;
          publish();
        },
        life);
  }

  @Override
  public CompletableFuture<Drained> drainAcceptor(int number) {
    Acceptor acceptor =
        acceptors
            .acceptor(number)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no acceptor " + number + "; there are 1 to " + acceptors.size()));
    return drainOnOwnThread(
        acceptor.name(), pausedWhile(List.of(acceptor)), acceptor.connections()::live, () -> {});
  }

  /** Keeps workers from handing over more connections while those they have are drained. */
  private static UnaryDrain pausedWhile(List<Acceptor> paused) {
    List<Acceptor> all = List.copyOf(paused);
    return drain -> {
      all.forEach(acceptor -> acceptor.worker().pause());
      try {
        return drain.get();
      } finally {
        all.forEach(acceptor -> acceptor.worker().resume());
      }
    };
  }

  @FunctionalInterface
  private interface UnaryDrain {
    Drained around(Supplier<Drained> drain);
  }

  private CompletableFuture<Drained> drainOnOwnThread(
      String what, Supplier<Collection<Connection>> live) {
    return drainOnOwnThread(what, Supplier::get, live, () -> {});
  }

  private CompletableFuture<Drained> drainOnOwnThread(
      String what, Supplier<Collection<Connection>> live, Runnable afterwards) {
    return drainOnOwnThread(what, Supplier::get, live, afterwards);
  }

  /** A platform thread: handlers that keep all carriers busy are what it may have to end. */
  private CompletableFuture<Drained> drainOnOwnThread(
      String what,
      UnaryDrain circumstances,
      Supplier<Collection<Connection>> live,
      Runnable afterwards) {
    ServerSettings settings = context.settings();
    var drain = new Drain(live, settings.drainTimeout(), settings.shutdownTimeout());
    Executor ownThread =
        task -> Thread.ofPlatform().daemon().name(settings.name() + " drain " + what).start(task);
    return CompletableFuture.supplyAsync(
        () -> {
          Drained result = circumstances.around(drain::run);
          afterwards.run();
          context.emit(() -> new TelemetryEvent.DrainEnded(context.name(), what, result));
          return result;
        },
        ownThread);
  }

  // ---- the state machine, on the life thread

  /** Makes the listener and the tree what the fields say they should be. */
  private void reconcile() {
    Transport bound = transport;
    boolean shouldListen = told && !suspended && stopping == null && portHeld && bound != null;
    if (shouldListen && bound != null) {
      listener.listen(bound);
      if (!treeStarted) {
        treeStarted = true;
        root.start();
      }
    } else {
      listener.silence();
    }
    publish();
  }

  /** Derives the status, and tells who is interested when it changed. */
  private void publish() {
    Condition before = condition;
    Condition now = derive();
    condition = now;
    if (before.status() != now.status()) {
      context.emit(
          () ->
              new TelemetryEvent.StatusChanged(
                  context.name(), before.status(), now.status(), now.reason()));
    }
    onChange.run();
  }

  private Condition derive() {
    Throwable portFailure = listener.failure();
    if (stopped) {
      return new Condition(Status.STOPPED, "");
    } else if (drains > 0 || stopping != null) {
      return new Condition(Status.DRAINING, "");
    } else if (!told && refused != null) {
      return new Condition(Status.FAILED, refused);
    } else if (rootFailure != null) {
      return new Condition(Status.FAILED, rootFailure.toString());
    } else if (suspended) {
      return new Condition(Status.SUSPENDED, "");
    } else if (noTransport != null) {
      return new Condition(Status.WAITING, noTransport);
    } else if (noHandler != null) {
      return new Condition(Status.WAITING, noHandler);
    } else if (portFailure != null) {
      return new Condition(Status.FAILED, String.valueOf(portFailure.getMessage()));
    } else if (treeUp && listener.address() != null) {
      return new Condition(Status.RUNNING, refused == null ? "" : refused);
    }
    return new Condition(Status.STARTING, "");
  }

  // ---- what it tells

  @Override
  public String name() {
    return context.name();
  }

  @Override
  public Status status() {
    return condition.status();
  }

  @Override
  public ServerInfo info() {
    Condition now = condition;
    return new ServerInfo(
        name(),
        now.status(),
        now.reason().isEmpty() ? Optional.empty() : Optional.of(now.reason()),
        Optional.ofNullable(listener.address()),
        context.transportName().isEmpty() ? Optional.empty() : Optional.of(context.transportName()),
        acceptors.size(),
        listener.openChannels(),
        acceptors.live().size(),
        context.permits.limit(),
        context.accepted.get(),
        generations.infos(),
        started);
  }

  @Override
  public List<ConnectionInfo> connections() {
    return acceptors.live().stream()
        .map(Connection::info)
        .sorted(Comparator.comparingLong(ConnectionInfo::id))
        .toList();
  }
}
