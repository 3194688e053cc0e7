package io.thousandisland.transport.tcp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether one direction of one channel is waited for.
 *
 * <p>A selector is level-triggered: it reports a channel again and again for as long as there is
 * something unread. The plain remedy, switching the interest off at each report and on again before
 * each wait, costs two system calls and a wake-up of the poller per message. Here the interest
 * stays on. Usually the reader has drained the channel before the poller looks again, so nothing is
 * repeated and nothing needs switching. Only when readiness <em>is</em> repeated is the interest
 * switched off.
 *
 * <pre>
 *            ready: tell                ready again: switch off
 *   WAITING ────────────▶ IDLE ──────────────────────────────────▶ OFF
 *      ▲                   │                                        │
 *      └── arm: free ──────┴───────────────── arm: switch on ───────┘
 * </pre>
 *
 * <ul>
 *   <li>WAITING: a short read (or write, or accept) has found the channel drained, and nobody was
 *       told since. Interest is on.
 *   <li>IDLE: the listener was told and has not drained the channel yet. Interest is still on.
 *   <li>OFF: readiness was repeated while IDLE. Interest is off.
 * </ul>
 *
 * <p>Two threads meet here: the channel's own, which calls {@link #arm}, and the poller, which
 * calls {@link #ready}. Two things may go wrong between them.
 *
 * <p><strong>Bytes arrive between the short read and arm.</strong> The poller may report them while
 * the state is still IDLE, and then nobody is told. Nothing is lost: after arm the interest is on
 * and the bytes are still there, so the next selection reports them again, in state WAITING.
 *
 * <p><strong>The poller switches off while the channel's thread arms.</strong> State and selection
 * key cannot change in one step. The poller sets OFF first and switches second:
 *
 * <pre>
 *   poller                        channel's thread
 *   IDLE → OFF
 *                                 OFF → WAITING
 *                                 switch on             (no effect: it still is)
 *   switch off                                          (WAITING with interest off: lost!)
 * </pre>
 *
 * So after it has switched off the poller looks at the state <em>once more</em>, and switches on
 * again when somebody armed meanwhile. This covers every order: an arm before that look is seen by
 * it; an arm after it comes after the switching off too, finds OFF, and switches on by itself. The
 * look must come after the switching; before it, the gap is open again. Both may switch on; once
 * more does no harm.
 *
 * <p>Thread: {@code arm} the channel's own (for listening channels, any), {@code ready} the poller.
 */
final class Interest {

  /** Where interest is switched: a selection key, or a model of one in a test. */
  interface Switch {
    void on(int op);

    void off(int op);
  }

  private enum State {
    WAITING,
    IDLE,
    OFF
  }

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Interest.class, "state", State.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int op;
  private final Switch key;

  /** Written by both threads, through {@link #STATE} only. */
  private volatile State state = State.OFF;

  /**
   * @param op the one operation of {@link java.nio.channels.SelectionKey} that this is about; its
   *     interest is off
   */
  Interest(int op, Switch key) {
    this.op = op;
    this.key = key;
  }

  /** Asks for {@link #ready} to answer true once; called after the channel was found drained. */
  void arm() {
    if ((State) STATE.getAndSet(this, State.WAITING) == State.OFF) {
      key.on(op);
    }
  }

  /**
   * The selector has reported the channel.
   *
   * @return true when the listener is to be told
   */
  boolean ready() {
    if (STATE.compareAndSet(this, State.WAITING, State.IDLE)) {
      return true;
    }
    // When this fails somebody armed just now, and the next selection reports the channel again.
    if (STATE.compareAndSet(this, State.IDLE, State.OFF)) {
      key.off(op);
      if (state != State.OFF) {
        key.on(op);
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "op " + op + " " + state;
  }
}
