// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.ENDING;
import static io.thousandisland.runtime.signals.Signals.EXPIRE;
import static io.thousandisland.runtime.signals.Signals.NEVER;
import static io.thousandisland.runtime.signals.Signals.READABLE;
import static io.thousandisland.runtime.signals.Signals.SHUTDOWN;
import static io.thousandisland.runtime.signals.Signals.WRITABLE;

import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.wire.Inbound;
import io.thousandisland.runtime.wire.Outbound;
import io.thousandisland.telemetry.Ending;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection as the reaper sees it from outside, look by look: its age, its first byte and its
 * rates, and how it obeys. It judges by the settings in force at each look.
 *
 * <pre>
 *   age reached ──▶ advised ── drainTimeout ──┐
 *                                             ├──▶ verdict ── shutdownTimeout ──▶ force ──▶ given up
 *   no first byte, or too slow ── last look ──┘
 * </pre>
 *
 * <p>The peer is not blamed for our own slowness. Silence and slowness count only while the
 * connection waits for the peer at every look. Before a verdict there is one last look: the
 * connection reads, or writes, once more, and the next look of the reaper decides.
 *
 * <p>Thread: the reaper's. It reads what the connection's own thread wrote a moment ago, and never
 * waits for that thread.
 */
public final class Pace {

  /** One look of the reaper at all connections. */
  public static final class Look {
    private final long number;
    private final long now;
    private final boolean late;
    private final PaceSettings settings;
    private final Timeouts timeouts;
    private final BiConsumer<Connection, Duration> givenUp;

    /** Whether a connection is still to obey a verdict. */
    private boolean unfinished;

    /**
     * @param number one more than that of the look before
     * @param now in the sweeper's time
     * @param late true when this look comes so late that the process may have been stopped
     * @param givenUp told of each connection whose thread ignores force, and of the time since its
     *     verdict
     */
    public Look(
        long number,
        long now,
        boolean late,
        PaceSettings settings,
        Timeouts timeouts,
        BiConsumer<Connection, Duration> givenUp) {
      this.number = number;
      this.now = now;
      this.late = late;
      this.settings = settings;
      this.timeouts = timeouts;
      this.givenUp = givenUp;
    }

    /** Whether the reaper must look again, whatever the settings are then. */
    public boolean isUnfinished() {
      return unfinished;
    }
  }

  private final Connection connection;
  private final Signals signals;
  private final Inbound in;
  private final Outbound out;

  private final Rate received = new Rate(true);
  private final Rate sent = new Rate(false);

  /** The number of the last look. */
  private long seen;

  /** Whether the connection was told to read once more before it is blamed for its silence. */
  private boolean lastLook;

  /** As {@link Host#verdict}. Read by the connection's own thread. */
  private volatile @Nullable Ending verdict;

  // in the sweeper's time, or NEVER
  private long advised = NEVER;
  private long judged = NEVER;
  private long forced = NEVER;

  private boolean inFarewell;
  private boolean givenUp;

  Pace(Connection connection, Signals signals, Inbound in, Outbound out) {
    this.connection = connection;
    this.signals = signals;
    this.in = in;
    this.out = out;
  }

  void look(Look look) {
    if (seen == look.number) {
      return; // it has moved from one set to another meanwhile
    }
    if (seen != look.number - 1 || look.late) {
      received.restart();
      sent.restart();
      lastLook = false;
    }
    seen = look.number;
    if (forced != NEVER) {
      giveUp(look);
    } else if (connection.saysFarewell()) {
      hurry(look);
    } else if (judged != NEVER) {
      enforce(look);
    } else {
      judge(look);
    }
    look.unfinished |= judged != NEVER && !givenUp;
  }

  // ---- before the verdict

  private void judge(Look look) {
    age(look);
    if (judged != NEVER || signals.isRaised(ENDING)) {
      return; // it ends already
    }
    if (isSilent(look)) {
      end(new Ending.NoFirstByte(), look);
      return;
    }
    Ending.TooSlow slow = tooSlow(look);
    if (slow != null) {
      end(slow, look);
    }
  }

  @Nullable Ending verdict() {
    return verdict;
  }

  private void end(Ending ending, Look look) {
    judged = look.now;
    verdict = ending;
    signals.raise(ending instanceof Ending.Aged ? SHUTDOWN : EXPIRE);
  }

  private void age(Look look) {
    if (look.now - connection.began() < look.settings.ageOf(connection.id())) {
      return;
    }
    long drain = look.timeouts.drain().toNanos();
    if (advised == NEVER) {
      advised = look.now;
      if (drain > 0) {
        verdict = new Ending.Aged();
        connection.drain();
      }
    }
    if (look.now - advised >= drain) {
      end(new Ending.Aged(), look);
    }
  }

  private boolean isSilent(Look look) {
    long ready = connection.readySince();
    boolean silent =
        look.settings.hasFirstByte()
            && ready != NEVER
            && in.bytes() == 0
            && look.now - ready >= look.settings.firstByte().toNanos()
            && awaitsData();
    boolean again = silent && lastLook;
    lastLook = silent;
    if (silent && !again) {
      signals.raise(READABLE);
    }
    return again;
  }

  // ---- rates

  /** Null when the peer is quick enough in both directions. */
  private Ending.@Nullable TooSlow tooSlow(Look look) {
    PaceSettings now = look.settings;
    long window = now.rateWindow().toNanos();
    long rate = received.look(awaitsData(), in.arrived(), now.minReceiveRate(), look.now, window);
    if (rate >= 0) {
      return new Ending.TooSlow(true, rate);
    }
    rate = sent.look(awaitsRoom(), out.bytes(), now.minSendRate(), look.now, window);
    return rate >= 0 ? new Ending.TooSlow(false, rate) : null;
  }

  /** Whether it waits for bytes of its peer, and for nothing of ours. */
  private boolean awaitsData() {
    boolean waits = in.waits() || (isBetweenCallbacks() && !out.hadUnsent());
    return waits && !in.wasOver() && !signals.isRaised(READABLE);
  }

  /** Whether it waits for its peer to take bytes, and for nothing of ours. */
  private boolean awaitsRoom() {
    boolean waits = out.waits() || (isBetweenCallbacks() && out.hadUnsent());
    return waits && !signals.isRaised(WRITABLE);
  }

  private boolean isBetweenCallbacks() {
    return (connection.turn() & 1) == 0;
  }

  /** The rate of one direction, measured over one window after the other. */
  private final class Rate {
    private static final long QUICK_ENOUGH = -1;

    private final boolean receiving;

    /** The beginning of the window, in the sweeper's time; NEVER when none has begun. */
    private long since = NEVER;

    /** The bytes of the connection at the beginning of the window. */
    private long before;

    /** Whether the connection was told to read or write once more. */
    private boolean lastLook;

    Rate(boolean receiving) {
      this.receiving = receiving;
    }

    void restart() {
      since = NEVER;
    }

    /**
     * @param waits whether the connection waits for its peer in this direction
     * @param total bytes so far
     * @param least bytes per second
     * @return bytes per second when these are too few; else {@link #QUICK_ENOUGH}
     */
    long look(boolean waits, long total, int least, long now, long window) {
      if (least == 0 || !waits) {
        since = NEVER;
        return QUICK_ENOUGH;
      }
      if (since == NEVER) {
        begin(total, now);
        return QUICK_ENOUGH;
      }
      long lasted = now - since;
      if (lasted < window) {
        return QUICK_ENOUGH;
      }
      long got = total - before;
      double needed = least * (window / 1e9);
      if (got >= needed || (receiving && got == 0)) { // silence is a matter of the read timeout
        begin(total, now);
        return QUICK_ENOUGH;
      }
      if (!lastLook) {
        lastLook = true;
        signals.raise(receiving ? READABLE : WRITABLE);
        return QUICK_ENOUGH;
      }
      return (long) (got * 1e9 / lasted);
    }

    private void begin(long total, long now) {
      since = now;
      before = total;
      lastLook = false;
    }
  }

  // ---- after the verdict

  private void enforce(Look look) {
    if (look.now - judged >= look.timeouts.shutdown().toNanos()) {
      force(look);
    }
  }

  /** The farewell has limits of its own; a peer that is too slow has less time. */
  private void hurry(Look look) {
    if (!inFarewell) { // the goodbye has a window of its own
      inFarewell = true;
      received.restart();
      sent.restart();
    }
    boolean late = judged != NEVER && !connection.isOver();
    if (tooSlow(look) != null) {
      force(look);
    } else if (late) {
      enforce(look);
    } else {
      judged = NEVER; // it has obeyed
    }
  }

  private void force(Look look) {
    forced = look.now;
    judged = judged == NEVER ? look.now : judged;
    connection.force();
  }

  private void giveUp(Look look) {
    if (!givenUp && look.now - forced >= look.timeouts.grace().toNanos()) {
      givenUp = true;
      if (!connection.isOver()) {
        connection.abandon();
        look.givenUp.accept(connection, Duration.ofNanos(look.now - judged));
      }
    }
  }
}
