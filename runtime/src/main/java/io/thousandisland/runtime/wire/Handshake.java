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

/** The wait for a transport's handshake, under the handshake timeout. */
public final class Handshake {
  private Handshake() {}

  /**
   * Returns when {@code socket} has completed its handshake. On the connection's own thread.
   *
   * @throws SocketTimeoutException when that took too long
   * @throws IOException when the handshake failed, or the connection is to end
   */
  public static void complete(TransportSocket socket, Signals signals, ServerContext context)
      throws IOException {
    Duration timeout = context.settings().timeouts().handshake();
    signals.deadline(context.sweeper.in(timeout));
    boolean late = false;
    while (!socket.handshake()) {
      if (late) { // and the last look has not helped
        throw new SocketTimeoutException(
            "handshake not done within " + Timeouts.text(timeout) + " (handshakeTimeout)");
      }
      int why = signals.await(READABLE | WRITABLE | DEADLINE | SHUTDOWN | FORCED | CLOSE);
      if ((why & (SHUTDOWN | FORCED)) != 0) {
        throw new ShutdownException();
      }
      if ((why & CLOSE) != 0) {
        throw new AsynchronousCloseException(); // by us
      }
      late = (why & DEADLINE) != 0 && signals.due();
    }
  }
}
