// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.LayeredSocket;
import io.thousandisland.transport.TransportSocket;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/** A connection of a {@link MaskTransport}. */
final class MaskSocket extends LayeredSocket {

  static final byte MASK = 0x55;

  /**
   * The text that the peer sends in each round of the handshake; anything else makes the handshake
   * fail.
   */
  static final String HELLO = "h";

  private final int replySize;
  private final Semaphore inVain;
  private int roundsLeft;
  private ByteBuffer reply = ByteBuffer.allocate(0);

  /**
   * @param inVain released after each step of the handshake that has to wait
   */
  MaskSocket(TransportSocket below, int rounds, int replySize, Semaphore inVain) {
    super(below);
    this.inVain = inVain;
    this.roundsLeft = rounds;
    this.replySize = replySize;
  }

  @Override
  public boolean handshake() throws IOException {
    boolean done = shakeHands();
    if (!done) {
      inVain.release();
    }
    return done;
  }

  private boolean shakeHands() throws IOException {
    for (; ; ) {
      below.write(reply);
      if (reply.hasRemaining()) {
        return false;
      }
      if (roundsLeft == 0) {
        return true;
      }
      ByteBuffer hello = ByteBuffer.allocate(1);
      switch (below.read(hello)) {
        case 0 -> {
          return false;
        }
        case -1 -> throw new EOFException("closed in the handshake");
        default -> {
          if (hello.get(0) != HELLO.charAt(0)) {
            throw new ProtocolException("no hello but " + (char) hello.get(0));
          }
        }
      }
      roundsLeft--;
      reply = ByteBuffer.allocate(replySize);
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int from = into.position();
    int got = below.read(into);
    for (int i = from; i < into.position(); i++) {
      into.put(i, (byte) (into.get(i) ^ MASK));
    }
    return got;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    ByteBuffer masked = ByteBuffer.allocate(from.remaining());
    for (int i = from.position(); i < from.limit(); i++) {
      masked.put((byte) (from.get(i) ^ MASK));
    }
    int taken = below.write(masked.flip());
    from.position(from.position() + taken);
    return taken;
  }

  @Override
  public boolean secure() {
    return true;
  }
}
