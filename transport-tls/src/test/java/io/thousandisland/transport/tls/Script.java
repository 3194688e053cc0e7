// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Random;

/**
 * A transport whose peer sends pieces of bytes, one after the other, and then ends the connection,
 * resets it, or is silent.
 *
 * <p>Thread: the connection's own.
 */
final class Script extends Narrow {

  /** The last thing that the peer does. */
  enum End {
    SILENCE,
    END,
    RESET
  }

  private final boolean roomy;
  private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();

  /** The pieces that have come and that were not read yet. */
  private ByteBuffer here = ByteBuffer.allocate(0);

  private End last = End.SILENCE;
  private End now = End.SILENCE;
  private boolean left;

  /** Whether the last read took all there was, so that the listener is told of more. */
  private boolean dry = true;

  private boolean endWasRead;

  /** Whether it was read or written since {@link #wasTouched} was asked. */
  private boolean touched;

  private long read;

  Script(Random random) {
    super(random);
    this.roomy = random.nextInt(4) > 0;
  }

  /** Says what comes next: {@code bytes} in pieces, and an end. */
  void plan(byte[] bytes, Random random, End end) {
    int most = bytes.length > 10_000 || random.nextBoolean() ? bytes.length : 100;
    if (bytes.length < 2_000 && random.nextInt(20) == 0) {
      most = 1;
    }
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, 1 + random.nextInt(most));
      byte[] piece = new byte[length];
      System.arraycopy(bytes, at, piece, 0, length);
      pieces.add(piece);
      at += length;
    }
    last = end;
  }

  /** Lets the next piece come, or the end; false when nothing more will come. */
  boolean goOn() {
    byte[] next = pieces.poll();
    if (next != null) {
      here = ByteBuffer.allocate(here.remaining() + next.length).put(here).put(next).flip();
      return true;
    }
    boolean more = now != last;
    now = last;
    return more;
  }

  boolean hasEnded() {
    return now != End.SILENCE;
  }

  /** Whether there is something to read. */
  boolean hasMore() {
    return here.hasRemaining() || (hasEnded() && !endWasRead);
  }

  /** Whether the listener is to be told that there is something to read. */
  boolean hasNews() {
    return dry && hasMore();
  }

  /** Whether the last write had no room for all bytes; asked once. */
  boolean hadNoRoom() {
    boolean had = left;
    left = false;
    return had;
  }

  /** Whether there was a read or a write since the last question. */
  boolean wasTouched() {
    boolean was = touched;
    touched = false;
    return was;
  }

  /** How many bytes were read. */
  long read() {
    return read;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    touched = true;
    if (now == End.RESET) {
      endWasRead = true;
      throw new IOException("Connection reset");
    }
    dry = here.remaining() < into.remaining();
    if (!here.hasRemaining()) {
      endWasRead |= now == End.END;
      return now == End.END ? -1 : 0;
    }
    int length = Math.min(here.remaining(), into.remaining());
    into.put(here.slice().limit(length));
    here.position(here.position() + length);
    read += length;
    return length;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    touched = true;
    if (now == End.RESET) {
      throw new IOException("Broken pipe");
    }
    int before = from.remaining();
    do {
      int unused = super.write(from);
    } while (roomy && from.hasRemaining());
    left = from.hasRemaining();
    return before - from.remaining();
  }
}
