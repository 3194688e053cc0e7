// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;
import io.thousandisland.server.GenerationInfo;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One binding of one handler service, and the number of connections that it serves.
 *
 * <p>A generation is open, then closed, then ended. It is closed to new connections when another
 * generation serves them or its handler leaves. It ends when its last connection is gone. An ended
 * generation refers to its handler no more. While a {@link
 * io.thousandisland.runtime.drain.Retirement} holds it, a closed generation does not end, and may
 * be opened again.
 *
 * <pre>
 *            close                exit of the last, or letGo
 *   OPEN  ──────────▶  CLOSED  ──────────────────────────────▶  ENDED
 *      ▲                  │
 *      └──── reopen ──────┘  only while held
 * </pre>
 *
 * <p>Thread: any.
 */
public final class Generation {

  /** Set in {@link #live} once no connection may enter. */
  private static final int CLOSED = 1 << 31;

  /** Set in {@link #live} while the generation must not end. */
  private static final int HELD = 1 << 30;

  private final int number;

  /**
   * Replaced by the server's own thread when properties of the service change; read by any thread.
   */
  private volatile HandlerBinding.Facts facts;

  private final Consumer<Generation> ended;

  /**
   * Number of connections, and the bits CLOSED and HELD: one word, so that entering and closing
   * cannot cross.
   */
  private final AtomicInteger live = new AtomicInteger();

  /** Written when the generation ends; read by connections that have entered. */
  private volatile @Nullable Handler<@Nullable Object> handler;

  /**
   * Whether the classes of a handler that leaves stay. Written when the handler leaves; read by
   * connections that have entered.
   */
  private volatile boolean classesStay;

  @SuppressWarnings("unchecked") // a connection hands a handler's state back to that handler only
  public Generation(int number, HandlerBinding binding, Consumer<Generation> ended) {
    this.number = number;
    this.facts = binding.facts();
    this.handler = (Handler<@Nullable Object>) binding.handler();
    this.ended = ended;
  }

  public int number() {
    return number;
  }

  public HandlerBinding.Facts facts() {
    return facts;
  }

  public void facts(HandlerBinding.Facts changed) {
    facts = changed;
  }

  /** The handler, for a connection that has entered, until it exits. */
  public Handler<@Nullable Object> handler() {
    Handler<@Nullable Object> bound = handler;
    if (bound == null) {
      throw new IllegalStateException("generation " + number + " has ended");
    }
    return bound;
  }

  /**
   * As {@link #handler}; null when a drain has given up on the connections that are still in here.
   */
  public @Nullable Handler<@Nullable Object> handlerIfAny() {
    return handler;
  }

  /** Counts one more connection, unless closed. */
  public boolean enter() {
    for (; ; ) {
      int now = live.get();
      if (now < 0) {
        return false;
      }
      if (live.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  public void exit() {
    if (live.decrementAndGet() == CLOSED) {
      end();
    }
  }

  /** From now on no connection enters. Idempotent. */
  public void close() {
    int before = live.getAndUpdate(now -> now | CLOSED);
    if (before == 0) {
      end();
    }
  }

  /** From now on the generation does not end until {@link #letGo}. Not for an ended generation. */
  public void hold() {
    live.getAndUpdate(now -> now | HELD);
  }

  /** Connections may enter again. Only while held. */
  public void reopen() {
    live.getAndUpdate(now -> now & ~CLOSED);
  }

  /** Ends the {@link #hold}. */
  public void letGo() {
    if (live.updateAndGet(now -> now & ~HELD) == CLOSED) {
      end();
    }
  }

  /**
   * Notes that the handler leaves, and its bundle does not: a state of its classes may outlive the
   * handler.
   */
  public void classesStay() {
    classesStay = true;
  }

  public boolean doClassesStay() {
    return classesStay;
  }

  /** Lets go of the handler, though a thread that cannot be stopped may still be in it. */
  public void abandon() {
    handler = null;
  }

  private void end() {
    handler = null;
    ended.accept(this);
  }

  public boolean isClosed() {
    return live.get() < 0;
  }

  int connections() {
    return live.get() & ~(CLOSED | HELD);
  }

  public GenerationInfo info() {
    return info(!isClosed());
  }

  /** The facts as they will be in a moment: no longer serving. */
  public GenerationInfo leavingInfo() {
    return info(false);
  }

  private GenerationInfo info(boolean serving) {
    return new GenerationInfo(
        number,
        facts.name(),
        facts.version(),
        facts.serviceId(),
        facts.ranking(),
        serving,
        connections());
  }
}
