// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import static io.thousandisland.runtime.signals.Signals.CLOSE;
import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.FORCED;
import static io.thousandisland.runtime.signals.Signals.READABLE;
import static io.thousandisland.runtime.signals.Signals.SHUTDOWN;
import static io.thousandisland.runtime.signals.Signals.WRITABLE;

import io.thousandisland.handler.ShutdownException;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;

/**
 * A transport's handshake, under the handshake timeout. It goes on step by step, so that it keeps
 * no thread while the peer is waited for.
 *
 * <p>Thread: the connection's own.
 */
public final class Handshake {

  /** The reasons to go on. */
  public static final int REASONS = READABLE | WRITABLE | DEADLINE | SHUTDOWN | FORCED | CLOSE;

  private final TransportSocket socket;
  private final Signals signals;
  private final Duration timeout;
  private final long began;
  private final long until;

  /** Whether its first step was taken. */
  private boolean begun;

  /** Begins; its time counts from now. */
  public Handshake(TransportSocket socket, Signals signals, ServerContext context) {
    this.socket = socket;
    this.signals = signals;
    this.timeout = context.settings().timeouts().handshake();
    this.began = context.sweeper.now();
    this.until = context.sweeper.in(timeout);
  }

  /** When it began, in the sweeper's time. */
  public long began() {
    return began;
  }

  /** As {@link #goOn(int)}, with the reasons that are raised. The first step looks at no reason. */
  public boolean goOn() throws IOException {
    int why = begun ? signals.take(REASONS) : 0;
    begun = true;
    return goOn(why);
  }

  /**
   * Goes on as far as it can without waiting.
   *
   * @param why the reasons of {@link #REASONS} that were raised
   * @return true when it is complete; false to go on for one of {@link #REASONS}
   * @throws SocketTimeoutException when it took too long
   * @throws IOException when it failed, or the connection is to end
   */
  public boolean goOn(int why) throws IOException {
    if ((why & (SHUTDOWN | FORCED)) != 0) {
      throw new ShutdownException();
    }
    if ((why & CLOSE) != 0) {
      throw new AsynchronousCloseException(); // by us
    }
    boolean late = (why & DEADLINE) != 0 && signals.due();
    if (socket.handshake()) { // when it is late, this is the last look
      return true;
    }
    if (late) {
      throw new SocketTimeoutException(
          "handshake not done within " + Timeouts.text(timeout) + " (handshakeTimeout)");
    }
    signals.deadline(until);
    return false;
  }
}
