// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A transport socket that first reads again the bytes that were read from it and not taken.
 *
 * <p>Thread: as for any transport socket.
 */
public final class Replay extends Layer {

  private final ByteBuffer again;

  /** The connection's own thread sets and uses it. */
  private Readiness readiness;

  private Replay(ByteBuffer again, TransportSocket below, Readiness readiness) {
    super(below);
    this.again = again;
    this.readiness = readiness;
  }

  /** {@code below} itself when there is nothing to read again. */
  public static TransportSocket of(
      @Nullable ByteBuffer again, TransportSocket below, Readiness readiness) {
    return again == null ? below : new Replay(again, below, readiness);
  }

  /**
   * Goes on reading from {@code below} while there is room, so that the promise of a short read
   * holds.
   */
  @Override
  public int read(ByteBuffer into) throws IOException {
    int replayed = Math.min(again.remaining(), into.remaining());
    into.put(again.slice().limit(replayed));
    again.position(again.position() + replayed);
    int got = into.hasRemaining() ? below.read(into) : 0;
    if (replayed == 0) {
      return got;
    }
    if (got < 0) {
      readiness.readable(); // the end comes after these bytes, with the next read
      return replayed;
    }
    return replayed + got;
  }

  @Override
  public void start(Readiness told) {
    readiness = told;
    super.start(told);
  }
}
