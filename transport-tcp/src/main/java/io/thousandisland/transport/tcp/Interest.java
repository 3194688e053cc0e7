// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The interest in one direction of one channel: whether that direction is waited for.
 *
 * <p>A selector is level-triggered: it reports a channel again and again for as long as there is
 * something unread. The plain remedy, switching the interest off at each report and on again before
 * each wait, costs two system calls and a wake-up of the poller per message. Here the interest
 * stays on. Usually the reader has drained the channel before the poller looks again, so nothing is
 * repeated and nothing needs switching. The interest is switched off only when readiness
 * <em>is</em> repeated.
 *
 * <pre>
 *            ready: tell                ready again: switch off
 *   WAITING ────────────▶ IDLE ──────────────────────────────────▶ OFF
 *      ▲                   │                                        │
 *      └── arm: free ──────┴───────────────── arm: switch on ───────┘
 * </pre>
 *
 * <ul>
 *   <li>WAITING: a short read (or write, or accept) has found the channel drained, and the listener
 *       was not told since. Interest is on.
 *   <li>IDLE: the listener was told and has not drained the channel yet. Interest is still on.
 *   <li>OFF: readiness was repeated while IDLE. Interest is off.
 * </ul>
 *
 * <p>Two threads meet here: the channel's own, which calls {@link #arm}, and the poller, which
 * calls {@link #ready}. Two things may go wrong between them.
 *
 * <p><strong>Bytes arrive between the short read and arm.</strong> The poller may report the bytes
 * while the state is still IDLE, and then does not tell the listener. Nothing is lost: after arm
 * the interest is on and the bytes are still there, so the next selection reports them again, in
 * state WAITING.
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
 * So after the poller has switched off, it looks at the state <em>once more</em>, and switches on
 * again if the channel's thread armed meanwhile. This covers every order. The look sees an arm that
 * came before it. An arm that comes after the look also comes after the switching off, finds OFF,
 * and switches on by itself. The look must come after the switching off; a look before it leaves
 * the gap open. Both threads may switch on; a second time does no harm.
 *
 * <p>Thread: {@code arm}: the channel's own (for listening channels, any); {@code ready}: the
 * poller.
 */
final class Interest {

  /** The switch of the interest: a selection key, or a model of a key in a test. */
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
    // If this fails, a thread armed just now, and the next selection reports the channel again.
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
