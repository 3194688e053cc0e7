package io.thousandisland.runtime.server;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What comes in on one connection: reads, counts, and knows whether another read may bring more.
 *
 * <p>Thread: the connection's own; the counters are read by any, for snapshots.
 */
final class Inbound extends Tally {

  /** Reads of what nobody wants: enough for a receive buffer of the usual size. */
  private static final int DISCARDS = 16;

  private final Connection connection;
  final Unread unread = new Unread();

  /**
   * False after a read that found less than it had room for: then the transport tells when there is
   * more. True at first, since nobody has looked.
   */
  private boolean mayRead = true;

  /** Nothing more will come: the peer has ended its stream, or the connection is broken. */
  private boolean over;

  Inbound(Connection connection) {
    this.connection = connection;
  }

  boolean mayRead() {
    return mayRead;
  }

  void readable() {
    mayRead = true;
  }

  /**
   * Takes out of the kernel what has arrived and nobody will read, up to a bound. A socket that is
   * closed with bytes unread resets the connection, and a reset may cost the peer our last words.
   */
  void discardArrived(BufferPool pool) {
    if (over) {
      return;
    }
    ByteBuffer buffer = pool.borrow();
    try {
      for (int i = 0; i < DISCARDS; i++) {
        if (connection.transport().read(buffer.clear()) < buffer.capacity()) {
          return;
        }
      }
    } catch (IOException broken) {
      over = true; // then nothing we said will arrive anyway
    } finally {
      pool.release(buffer);
    }
  }

  /** As {@link TransportSocket#read}. */
  int read(ByteBuffer into) throws IOException {
    int got;
    try {
      got = connection.transport().read(into);
    } catch (IOException e) {
      over = true;
      connection.emit(() -> new TelemetryEvent.ReceiveFailed(connection.span(), e));
      throw e;
    }
    mayRead = got > 0 && !into.hasRemaining();
    over = got < 0;
    if (got > 0) {
      countBytes(got);
      countCall();
      if (connection.traffic()) {
        connection.emit(new TelemetryEvent.Received(connection.span(), got));
      }
    }
    return got;
  }
}
