package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Signals.DEADLINE;
import static io.thousandisland.runtime.server.Signals.FORCED;
import static io.thousandisland.runtime.server.Signals.NEVER;
import static io.thousandisland.runtime.server.Signals.WRITABLE;

import io.thousandisland.handler.SendTimeoutException;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;

/**
 * What goes out on one connection: writes all of it or fails, and counts.
 *
 * <p>The peer's window is the only buffer: while it takes nothing the handler waits, at most the
 * send timeout, so a peer that never reads costs no memory.
 *
 * <p>Thread: the connection's own; the counters are read by any, for snapshots.
 */
final class Outbound extends Tally {

  private final ServerContext context;
  private final Connection connection;
  private final Signals signals;

  Outbound(ServerContext context, Connection connection, Signals signals) {
    this.context = context;
    this.connection = connection;
    this.signals = signals;
  }

  void send(ByteBuffer data) throws IOException {
    signals.giveWay();
    long before = bytes();
    try {
      countBytes(connection.transport().write(data));
      while (data.hasRemaining()) {
        awaitRoom();
        countBytes(connection.transport().write(data));
      }
    } catch (IOException e) {
      failed(before, e);
      throw e;
    }
    sent(before);
  }

  void send(ByteBuffer[] data) throws IOException {
    signals.giveWay();
    long before = bytes();
    try {
      int first = firstLeft(data, 0);
      while (first < data.length) {
        countBytes(connection.transport().write(data, first, data.length - first));
        first = firstLeft(data, first);
        if (first < data.length) {
          awaitRoom();
        }
      }
    } catch (IOException e) {
      failed(before, e);
      throw e;
    }
    sent(before);
  }

  private static int firstLeft(ByteBuffer[] data, int from) {
    int first = from;
    while (first < data.length && !data[first].hasRemaining()) {
      first++;
    }
    return first;
  }

  /**
   * Waits until the peer has taken something. A shutdown does not end this wait, since what is
   * being sent is work in flight; force does.
   */
  private void awaitRoom() throws IOException {
    signals.deadline(context.sweeper.in(context.settings().timeouts().send()));
    try {
      for (; ; ) {
        int why = signals.await(WRITABLE | DEADLINE | FORCED);
        if ((why & FORCED) != 0) {
          throw new AsynchronousCloseException();
        }
        if ((why & WRITABLE) != 0) {
          return;
        }
        if (signals.due()) {
          throw new SendTimeoutException();
        }
      }
    } finally {
      signals.deadline(NEVER);
    }
  }

  private void sent(long before) {
    countCall();
    if (connection.traffic()) {
      connection.emit(new TelemetryEvent.Sent(connection.span(), bytes() - before));
    }
  }

  private void failed(long before, IOException reason) {
    connection.emit(
        () -> new TelemetryEvent.SendFailed(connection.span(), bytes() - before, reason));
  }
}
