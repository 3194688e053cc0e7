// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.CLOSE;
import static io.thousandisland.runtime.signals.Signals.EXPIRE;
import static io.thousandisland.runtime.signals.Signals.FORCED;
import static io.thousandisland.runtime.signals.Signals.SHUTDOWN;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.PeerClosedException;
import io.thousandisland.handler.ReadTimeoutException;
import io.thousandisland.handler.SendTimeoutException;
import io.thousandisland.handler.ShutdownException;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.Ending;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection: which ending it is, in which callback, and the one terminal callback
 * that reports it.
 *
 * <p>Thread: the connection's own, except {@link #abandon}.
 */
public final class TerminalCallback {

  private final Host connection;

  /**
   * True when no terminal callback begins any more: one has begun, or a drain gave up on this
   * connection, and its handler's service is gone. Guarded by this.
   */
  private boolean closed;

  /** Name of the callback that runs, or whose answer is looked at; empty outside of callbacks. */
  private String callback = "";

  TerminalCallback(Host connection) {
    this.connection = connection;
  }

  private boolean isRaised(int reason) {
    return connection.signals().isRaised(reason);
  }

  /** From now on a failure counts as one in {@code callback}, until {@link #answered}. */
  void calling(String callback) {
    this.callback = callback;
  }

  /** The callback has answered: a failure from now on is not the callback's. */
  void answered() {
    callback = "";
  }

  String callback() {
    return callback;
  }

  /** The ending that was raised; a shutdown when none was raised, and there is no handler. */
  Ending asked() {
    if (isRaised(FORCED)) {
      return new Ending.Forced();
    }
    Ending verdict = connection.verdict();
    if (verdict != null && isRaised(EXPIRE)) {
      return verdict;
    }
    boolean closed = isRaised(CLOSE) && !isRaised(SHUTDOWN);
    return closed ? new Ending.ByUs() : finished();
  }

  /** The ending of a connection that was advised to finish, and finishes. */
  Ending finished() {
    return connection.verdict() instanceof Ending.Aged aged ? aged : new Ending.ShutDown();
  }

  /**
   * The ending that {@code reason} means.
   *
   * @param thrown false when a handler answered with it
   */
  Ending because(Throwable reason, boolean thrown) {
    if (isRaised(FORCED)) {
      return new Ending.Forced();
    }
    Ending verdict = connection.verdict();
    if (verdict != null && isRaised(EXPIRE) && endsAWait(reason)) {
      return verdict;
    }
    if (reason instanceof ReadTimeoutException) {
      return new Ending.TimedOut();
    }
    if (reason instanceof PeerClosedException) {
      return new Ending.ByPeer();
    }
    if (reason instanceof ShutdownException && isRaised(SHUTDOWN)) {
      return finished();
    }
    if (thrown && reason instanceof IOException && isRaised(CLOSE)) {
      return new Ending.ByUs(); // a close under a blocked callback means this ending
    }
    return new Ending.Failed(reason, thrown, callback);
  }

  private static boolean endsAWait(Throwable reason) {
    return reason instanceof ReadTimeoutException
        || reason instanceof SendTimeoutException
        || reason instanceof ShutdownException;
  }

  /**
   * Calls the terminal callback of {@code ending}, unless abandoned or without a handler. The
   * callback may throw anything.
   */
  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  void call(Ending ending, Lease lease, Socket socket, @Nullable Object state) {
    Handler<@Nullable Object> handler = lease.handlerIfAny();
    if (handler == null || !close()) {
      return;
    }
    callback = terminalCallback(ending);
    switch (ending) {
      case Ending.ByPeer e -> handler.handleClose(socket, state);
      case Ending.ByUs e -> handler.handleClose(socket, state);
      case Ending.Failed failed -> handler.handleError(failed.reason(), socket, state);
      case Ending.TimedOut e -> handler.handleTimeout(socket, state);
      case Ending.NoFirstByte e -> handler.handleTimeout(socket, state);
      case Ending.TooSlow e -> handler.handleTimeout(socket, state);
      case Ending.Aged e -> handler.handleShutdown(socket, state);
      case Ending.ShutDown e -> handler.handleShutdown(socket, state);
      case Ending.Forced e -> handler.handleShutdown(socket, state);
      case Ending.Unserved e -> {} // there is no handler
    }
  }

  private static String terminalCallback(Ending ending) {
    return switch (ending) {
      case Ending.ByPeer e -> "handleClose";
      case Ending.ByUs e -> "handleClose";
      case Ending.Failed e -> "handleError";
      case Ending.TimedOut e -> "handleTimeout";
      case Ending.NoFirstByte e -> "handleTimeout";
      case Ending.TooSlow e -> "handleTimeout";
      case Ending.Aged e -> "handleShutdown";
      case Ending.ShutDown e -> "handleShutdown";
      case Ending.Forced e -> "handleShutdown";
      case Ending.Unserved e -> "";
    };
  }

  /** From now on no terminal callback begins. Any thread. */
  void abandon() {
    boolean unused = close();
  }

  /** True for the first call. */
  private synchronized boolean close() {
    boolean first = !closed;
    closed = true;
    return first;
  }
}
