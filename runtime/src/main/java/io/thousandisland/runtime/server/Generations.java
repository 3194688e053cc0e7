package io.thousandisland.runtime.server;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.handlers.HandlerFacts;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The handler generations of one server that have not ended: the generation that serves new
 * connections, and the generations that still have connections.
 *
 * <p>Thread: changed by the server's own thread, except that a generation ends on the thread of its
 * last connection; looked at by any.
 */
public final class Generations {

  private final ServerContext context;
  private final List<Generation> current = new CopyOnWriteArrayList<>();

  /** The server's own thread only. */
  private int number;

  /**
   * Generations whose {@code HandlerBound} had no {@code HandlerUnbound} yet; the same thread's.
   */
  private final Set<Generation> bound = new HashSet<>();

  public Generations(ServerContext context) {
    this.context = context;
  }

  /**
   * Binds {@code handler}: it serves new connections from now on. Returns the previous generation,
   * closed.
   */
  public @Nullable Generation serve(HandlerFacts facts, Handler<?> handler) {
    Generation before = context.handlers.serving();
    var next = new Generation(++number, facts, handler, this::ended);
    current.add(next);
    bound.add(next);
    context.handlers.serve(next);
    context.emit(() -> new TelemetryEvent.HandlerBound(context.name(), next.info()));
    close(before);
    return before;
  }

  /** From now on new connections wait. Returns the generation that served them, closed. */
  public @Nullable Generation serveNobody() {
    Generation before = context.handlers.serving();
    context.handlers.serve(null);
    close(before);
    return before;
  }

  /**
   * New connections wait for a moment, and {@code serving} is closed; {@link #resume} undoes it.
   */
  void pause(Generation serving) {
    context.handlers.serve(null);
    serving.close();
  }

  /** {@code paused}, which is held, serves again. */
  void resume(Generation paused) {
    paused.reopen();
    context.handlers.serve(paused);
  }

  /** {@code held} is held no longer, and serves no more. */
  void letGo(Generation held) {
    close(held);
    held.letGo();
  }

  private void close(@Nullable Generation before) {
    if (before == null) {
      return;
    }
    if (bound.remove(before)) {
      context.emit(() -> new TelemetryEvent.HandlerUnbound(context.name(), before.leavingInfo()));
    }
    before.close();
  }

  private void ended(Generation generation) {
    if (current.remove(generation)) {
      context.lenders.renew(); // its handler may have left objects on their threads
      context.emit(() -> new TelemetryEvent.GenerationEnded(context.name(), generation.info()));
    }
  }

  /** Lets go of generations whose threads cannot be stopped. */
  public void abandon(List<Generation> stuck) {
    for (Generation generation : stuck) {
      generation.abandon();
      ended(generation);
    }
  }

  /**
   * The generation of that number.
   *
   * @throws IllegalArgumentException when there is none; the message says which there are
   */
  Generation numbered(int wanted) {
    return current.stream()
        .filter(generation -> generation.number() == wanted)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no generation "
                        + wanted
                        + "; there are "
                        + current.stream().map(Generation::number).toList()));
  }

  public List<Generation> of(long serviceId) {
    return current.stream().filter(g -> g.facts().serviceId() == serviceId).toList();
  }

  public List<GenerationInfo> infos() {
    return current.stream().map(Generation::info).toList();
  }
}
