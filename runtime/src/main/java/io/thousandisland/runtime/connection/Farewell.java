// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.FORCED;
import static io.thousandisland.runtime.signals.Signals.READABLE;
import static io.thousandisland.runtime.signals.Signals.WRITABLE;

import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.wire.Inbound;
import io.thousandisland.runtime.wire.Outbound;
import io.thousandisland.telemetry.Ending;
import java.io.IOException;
import java.time.Duration;

/**
 * The last work of a connection for its peer, after the handler's goodbye: it sends unsent bytes,
 * half-closes, and takes in the bytes that the peer still sends until these end, too.
 *
 * <pre>
 *   FLUSHING ──▶ LINGERING ──▶ OVER
 * </pre>
 *
 * <p>A socket that is closed with bytes unread, or that receives bytes after it was closed, resets
 * the connection. A reset costs the peer our last bytes that are still under way. So we close after
 * the peer has closed. A peer that does not close and sends nothing is waited for {@link #LINGER};
 * a peer that goes on sending, for {@link #LONGEST} in all (RFC 9112, section 9.6, describes the
 * same for HTTP). A peer that was too slow has {@link #LINGER} in all.
 *
 * <p>None of this keeps a thread: the connection rests meanwhile.
 *
 * <p>Thread: the connection's own.
 */
public final class Farewell {

  /** How long a peer that sends nothing may take to close its side. */
  public static final Duration LINGER = Duration.ofSeconds(2);

  /** How long any peer may take. */
  static final Duration LONGEST = Duration.ofSeconds(30);

  /** Where a farewell is. */
  enum Phase {
    FLUSHING,
    LINGERING,
    OVER
  }

  private final ServerContext context;
  private final Signals signals;
  private final Inbound in;
  private final Outbound out;

  private final boolean lingers;

  /** False for a peer that was too slow: it would make the farewell last, too. */
  private final boolean mayTalk;

  private Phase phase;
  private long until;
  private long lastly;

  /**
   * @param ending how the conversation has ended
   */
  Farewell(ServerContext context, Signals signals, Inbound in, Outbound out, Ending ending) {
    this.context = context;
    this.signals = signals;
    this.in = in;
    this.out = out;
    boolean over = ending instanceof Ending.Forced || in.isBroken() || out.isBroken();
    phase = over ? Phase.OVER : Phase.FLUSHING;
    // a peer that sends no more causes no reset
    mayTalk = !(ending instanceof Ending.TooSlow || ending instanceof Ending.NoFirstByte);
    lingers = !(ending instanceof Ending.ByPeer) && !in.isOver();
  }

  Phase phase() {
    return phase;
  }

  /** Goes on as far as it can without waiting. Returns the reasons to wait for; 0 when over. */
  int goOn() {
    try {
      if (signals.isRaised(FORCED)) {
        phase = Phase.OVER;
      }
      if (phase == Phase.FLUSHING) {
        return flush();
      }
      if (phase == Phase.LINGERING) {
        return linger();
      }
    } catch (IOException broken) { // then nothing that was sent will arrive any more
      phase = Phase.OVER;
    }
    return 0;
  }

  /** The latest time to go on, in the sweeper's time. */
  long deadline() {
    return phase == Phase.FLUSHING ? out.flushBy() : until;
  }

  private int flush() throws IOException {
    out.flushInTime();
    out.waits(out.hasUnsent());
    if (out.hasUnsent()) {
      return WRITABLE | DEADLINE | FORCED;
    }
    if (!lingers || out.bytes() == 0) {
      out.sayEnd();
      in.discard(); // the bytes that have arrived
      phase = Phase.OVER;
      return 0;
    }
    out.close();
    until = context.sweeper.in(LINGER);
    lastly = context.sweeper.in(mayTalk ? LONGEST : LINGER);
    in.waits(true);
    phase = Phase.LINGERING;
    return linger();
  }

  private int linger() throws IOException {
    Inbound.Discarded found = in.discard();
    if (found != Inbound.Discarded.NOTHING) {
      until = Math.min(context.sweeper.in(LINGER), lastly);
    }
    if (in.isOver() || context.sweeper.now() - until >= 0) {
      phase = Phase.OVER;
      return 0;
    }
    if (found == Inbound.Discarded.SOME) {
      signals.raise(READABLE); // a flood: other connections have their turns in between
    }
    return READABLE | DEADLINE | FORCED;
  }
}
