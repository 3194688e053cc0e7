package io.thousandisland.runtime.server;

import io.thousandisland.handler.Handler;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Which handler serves new connections, and what becomes of the connections of those that leave or
 * are bettered.
 *
 * <p>Thread: the server's own; what it starts there ends elsewhere.
 */
final class Succession {

  private final ServerContext context;
  private final LifeThread life;
  private final Generations generations;
  private final Drains drains;
  private final AcceptorSupervisor acceptors;
  private final Runnable changed;
  private final Map<Long, Retiring> retiring = new HashMap<>();

  /** The generations of one service that are being emptied. */
  private record Retiring(List<Generation> leaving, CompletableFuture<Drained> result) {}

  /** Why nobody serves; null while somebody does. */
  private @Nullable String nobody = "no handler bound";

  private boolean portHeld;

  /** What closes the port when nobody has come by then. */
  private Future<?> closing = CompletableFuture.completedFuture(null);

  /**
   * @param changed told, on the server's own thread, when one of the answers below changed later
   */
  Succession(
      ServerContext context,
      LifeThread life,
      Drains drains,
      AcceptorSupervisor acceptors,
      Runnable changed) {
    this.context = context;
    this.life = life;
    this.generations = new Generations(context);
    this.drains = drains;
    this.acceptors = acceptors;
    this.changed = changed;
  }

  /** Why nobody serves; null while somebody does. */
  @Nullable String nobody() {
    return nobody;
  }

  /** Whether the port is to be bound: from the first handler on, through short absences. */
  boolean portHeld() {
    return portHeld;
  }

  /** Any thread. */
  List<GenerationInfo> infos() {
    return generations.infos();
  }

  /** Lets the best handler serve, or says {@code otherwise} when there is none. */
  void choose(Optional<HandlerBinding> best, String otherwise) {
    Generation serving = context.handlers.serving();
    if (best.isEmpty()) {
      serveNobody(otherwise);
    } else if (serving == null || serving.facts().serviceId() != best.get().facts().serviceId()) {
      serve(best.get().facts(), best.get().handler());
    }
  }

  void serve(HandlerFacts facts, Handler<?> handler) {
    Generation before = generations.serve(facts, handler);
    nobody = null;
    portHeld = true;
    closing.cancel(false);
    if (before != null) {
      switch (context.settings().policies().whenBetterArrives()) {
        case KEEP -> {}
        case DRAIN -> empty(List.of(before), false, context.settings().timeouts());
        case MIGRATE -> empty(List.of(before), true, context.settings().timeouts());
      }
    }
  }

  void serveNobody(String why) {
    nobody = why;
    if (generations.serveNobody() != null) {
      closePortUnlessServedWithin(context.settings().timeouts().handlerWait());
    }
  }

  private void closePortUnlessServedWithin(Duration wait) {
    closing.cancel(false);
    if (DeadlineSweeper.countable(wait)) {
      closing =
          life.later(
              wait,
              () -> {
                portHeld = false;
                changed.run();
              });
    }
  }

  /**
   * Empties the generations of a handler's service, by the policy. The same future while that is
   * under way.
   */
  CompletableFuture<Drained> retire(long serviceId) {
    List<Generation> leaving = generations.of(serviceId);
    Retiring running = retiring.get(serviceId);
    if (running != null && running.leaving().containsAll(leaving)) {
      return running.result(); // else it came back meanwhile, and leaves once more
    }
    Generation serving = context.handlers.serving();
    if (serving != null && leaving.contains(serving)) {
      serveNobody("handler " + serving.facts().name() + " has left");
    }
    boolean migrate =
        context.settings().policies().whenHandlerLeaves() == Policies.WhenHandlerLeaves.MIGRATE;
    // somebody waits for all of it: rolling, each acceptor has its share of the time
    Timeouts all = context.settings().timeouts();
    Timeouts each = context.settings().policies().rolling() ? all.share(acceptors.size()) : all;
    CompletableFuture<Drained> future = empty(leaving, migrate, each);
    if (!future.isDone()) {
      var begun = new Retiring(leaving, future);
      retiring.put(serviceId, begun);
      future.whenCompleteAsync((result, error) -> retiring.remove(serviceId, begun), life);
    }
    return future;
  }

  private CompletableFuture<Drained> empty(
      List<Generation> leaving, boolean migrate, Timeouts each) {
    if (leaving.isEmpty()) {
      return CompletableFuture.completedFuture(Drained.NOTHING);
    }
    leaving.forEach(Generation::close);
    String what = "generation " + leaving.getFirst().number();
    Runnable afterwards = () -> generations.abandon(leaving);
    if (context.settings().policies().rolling()) {
      return drains
          .startRolling(what, acceptors.all(), leaving, migrate, each, afterwards)
          .result();
    }
    DrainRun drain = drains.of(what, Drainage.of(leaving, acceptors::live, migrate));
    return drains.start(drain, List.of(), afterwards).result();
  }

  /** Ends the connections of one generation; if it serves, its handler goes on in a new one. */
  Drain drain(int number) {
    Generation one = generations.numbered(number);
    if (one == context.handlers.serving()) {
      generations.serve(one.facts(), one.handler());
    }
    one.close();
    List<Generation> leaving = List.of(one);
    DrainRun drain =
        drains.of("generation " + number, Drainage.of(leaving, acceptors::live, false));
    return drains.start(drain, List.of(), () -> generations.abandon(leaving));
  }

  /** The server has ended: lets go of whoever serves. */
  void end() {
    closing.cancel(false);
    Generation serving = generations.serveNobody();
    if (serving != null) {
      generations.abandon(List.of(serving));
    }
  }
}
