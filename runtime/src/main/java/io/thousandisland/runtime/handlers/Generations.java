// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The handler generations of one server that have not ended: the generation that serves new
 * connections, the generations that still have connections, and the threads that wait for a
 * generation while none serves.
 *
 * <p>Thread: any thread reads and waits; only the server's own thread makes changes, except that a
 * generation ends on the thread of its last connection.
 */
public final class Generations {

  private final Supplier<String> server;
  private final Consumer<Supplier<TelemetryEvent>> events;
  private final Runnable oneHasEnded;

  private final List<Generation> current = new CopyOnWriteArrayList<>();

  /** The number of the newest generation. The server's own thread only. */
  private int number;

  /**
   * Generations whose {@code HandlerBound} had no {@code HandlerUnbound} yet; the same thread's.
   */
  private final Set<Generation> bound = new HashSet<>();

  /** Read by acceptors and new connections. */
  private volatile @Nullable Generation serving;

  /**
   * The time since which there is no handler, in the sweeper's time. {@link Signals#NEVER} while a
   * handler serves, and while the last handler is still leaving: otherwise the handler wait of its
   * connections could end while one of them delays the departure. Read by connections.
   */
  private volatile long absentSince = Signals.NEVER;

  /** No handler will come any more. Read by connections. */
  private volatile boolean closed;

  /** The number of connections that got no handler in time and were not reported. Any thread. */
  private final AtomicInteger unserved = new AtomicInteger();

  private final Set<Signals> waiting = ConcurrentHashMap.newKeySet();

  /**
   * @param server the server's name, for events
   * @param events takes each event
   * @param oneHasEnded run when a generation has ended, before the event
   */
  public Generations(
      Supplier<String> server, Consumer<Supplier<TelemetryEvent>> events, Runnable oneHasEnded) {
    this.server = server;
    this.events = events;
    this.oneHasEnded = oneHasEnded;
  }

  // ---- which generation serves: any thread

  public @Nullable Generation serving() {
    return serving;
  }

  public long absentSince() {
    return absentSince;
  }

  public boolean isClosed() {
    return closed;
  }

  /**
   * The generation of that number.
   *
   * @throws IllegalArgumentException when there is none; the message says which there are
   */
  public Generation numbered(int wanted) {
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

  // ---- changes: the server's own thread

  /**
   * Binds a handler: it serves new connections from now on. Returns the previous generation,
   * closed.
   */
  public @Nullable Generation serve(HandlerBinding binding) {
    Generation before = serving;
    var next = new Generation(++number, binding, this::ended);
    current.add(next);
    bound.add(next);
    serving(next);
    events.accept(() -> new TelemetryEvent.HandlerBound(server.get(), next.info()));
    close(before);
    return before;
  }

  /** From now on new connections wait. Returns the generation that served them, closed. */
  public @Nullable Generation serveNobody() {
    Generation before = serving;
    serving(null);
    close(before);
    return before;
  }

  /**
   * New connections wait for a moment, and {@code leaving} is closed; {@link #resume} undoes it.
   */
  public void pause(Generation leaving) {
    serving(null);
    leaving.close();
  }

  /** {@code paused}, which is held, serves again. */
  public void resume(Generation paused) {
    paused.reopen();
    serving(paused);
  }

  /** {@code held} is held no longer, and serves no more. */
  public void letGo(Generation held) {
    close(held);
    held.letGo();
  }

  /** Lets go of generations whose threads cannot be stopped. */
  public void abandon(List<Generation> stuck) {
    for (Generation generation : stuck) {
      generation.abandon();
      ended(generation);
    }
  }

  /**
   * No handler serves, and none is leaving any more: the handler wait of all connections begins.
   */
  public void absent(long since) {
    absentSince = since;
    tellAll();
  }

  /** From now on no handler comes: connections without a handler get none. */
  public void close() {
    closed = true;
    tellAll();
  }

  private void serving(@Nullable Generation next) {
    serving = next;
    absentSince = Signals.NEVER;
    if (next != null) {
      tellAll();
    }
  }

  private void tellAll() {
    waiting.forEach(waiter -> waiter.raise(Signals.HANDLER));
  }

  private void close(@Nullable Generation before) {
    if (before == null) {
      return;
    }
    if (bound.remove(before)) {
      events.accept(() -> new TelemetryEvent.HandlerUnbound(server.get(), before.leavingInfo()));
    }
    before.close();
  }

  private void ended(Generation generation) {
    if (current.remove(generation)) {
      oneHasEnded.run();
      events.accept(() -> new TelemetryEvent.GenerationEnded(server.get(), generation.info()));
    }
  }

  // ---- waiting for a generation: the waiting thread

  /** Counts a connection that ends because no handler came in time. */
  public void unserved() {
    unserved.incrementAndGet();
  }

  /** The number of {@link #unserved()} connections since the last call. */
  public int takeUnserved() {
    return unserved.getAndSet(0);
  }

  /**
   * True when a generation serves. Otherwise {@code me} is told HANDLER when a generation may
   * serve, until {@link #forget}.
   */
  public boolean servesOrTell(Signals me) {
    if (serving != null) {
      return true;
    }
    waiting.add(me);
    return serving != null; // read after adding: a change comes first, and tells then
  }

  /** Stops telling {@code me}. */
  public void forget(Signals me) {
    waiting.remove(me);
  }

  /**
   * Waits until a generation other than {@code not} serves, the absence began at another time than
   * {@code knownAbsence}, no handler will come any more, or {@code otherwise} is raised.
   *
   * @return the reasons of {@code otherwise} that were raised; 0 when there is news
   */
  public int awaitNews(
      Signals me, @Nullable Generation not, long knownAbsence, boolean knownClosed, int otherwise) {
    waiting.add(me);
    try {
      for (; ; ) {
        // This looks after it has added itself; serving() and absent() change first and tell then.
        // So one of the two sees the other.
        Generation now = serving;
        if ((now != null && now != not) || absentSince != knownAbsence || closed != knownClosed) {
          return 0;
        }
        int got = me.await(Signals.HANDLER | otherwise) & otherwise;
        if (got != 0) {
          return got;
        }
      }
    } finally {
      waiting.remove(me);
    }
  }
}
