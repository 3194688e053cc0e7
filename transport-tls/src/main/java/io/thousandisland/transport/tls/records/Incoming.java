// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.records;

import io.thousandisland.transport.TransportSocket;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * The incoming side of one connection: records become bytes.
 *
 * <p>It holds only bytes that have come: the beginning of a record that is not complete, and the
 * rest of a record that a small read has not taken.
 *
 * <p>Thread: the connection's own.
 */
public final class Incoming {

  /**
   * The most records in a row without a byte for the handler. Key updates are such records, and an
   * honest peer sends one in a long time. Without a limit a peer could keep a thread busy with
   * them. In a handshake the engine itself refuses such records.
   */
  private static final int MOST_EMPTY = 100;

  /** The bytes of a greeting that are read in one go. */
  private static final int PORTION = 4 * 1024;

  private static final int HANDSHAKE_RECORD = 22;
  private static final int RECORD_HEADER = 5;

  /** In bytes, encrypted (RFC 5246, section 6.2.3; in TLS 1.3 it is shorter). */
  private static final int LONGEST_RECORD = 16 * 1024 + 2048;

  /** The work for an engine that has something to say or to calculate. */
  public interface Errands {
    void run() throws IOException;
  }

  private final TransportSocket below;
  private final Buffers buffers;

  /** Encrypted bytes that have come and are not used yet; null when there are none. */
  private @Nullable ByteBuffer kept;

  /** Bytes that were decrypted and that no read has taken yet; null when there are none. */
  private @Nullable ByteBuffer ready;

  /** Records in a row that brought nothing. */
  private int empty;

  /** Whether the peer has said that nothing more will come (close_notify). */
  private boolean ended;

  /** Whether the stream below has ended. */
  private boolean endedBelow;

  /**
   * Whether the last read from below took all there was: then the transport below tells of more.
   */
  private boolean dry;

  public Incoming(TransportSocket below, Buffers buffers) {
    this.below = below;
    this.buffers = buffers;
  }

  // ---- before there is an engine

  /**
   * Reads a portion of the bytes that are there; they stay here.
   *
   * @return whether these were all
   * @throws EOFException when the peer has gone
   */
  public boolean readPortion() throws IOException {
    ByteBuffer net = buffers.borrow();
    try {
      int got = below.read(net.clear().limit(PORTION));
      boolean all = net.hasRemaining();
      if (got < 0) {
        throw new EOFException("the peer has ended the connection before its first TLS message");
      }
      keep(net.flip());
      return all;
    } finally {
      buffers.release(net);
    }
  }

  /** The bytes that have come and are not used yet. */
  public ByteBuffer unused() {
    ByteBuffer all = kept;
    return all == null ? ByteBuffer.allocate(0) : all.duplicate();
  }

  /** Forgets the bytes that are not used yet. */
  public void forget() {
    kept = null;
  }

  private void keep(ByteBuffer more) {
    ByteBuffer all = kept;
    if (more.hasRemaining()) {
      kept =
          all == null
              ? ByteBuffer.allocate(more.remaining()).put(more).flip()
              : ByteBuffer.allocate(all.remaining() + more.remaining()).put(all).put(more).flip();
    }
  }

  // ---- the handshake

  /**
   * Gives the engine one record of the handshake.
   *
   * @return false when it is not there yet
   */
  public boolean handshake(SSLEngine engine) throws IOException {
    ByteBuffer net = begin();
    ByteBuffer plain = ByteBuffer.allocate(0);
    try {
      for (; ; ) {
        SSLEngineResult result = engine.unwrap(net, plain);
        switch (result.getStatus()) {
          case OK -> {
            return true;
          }
          case CLOSED -> throw new EOFException("the peer has closed in the handshake");
          case BUFFER_OVERFLOW -> // bytes right behind the handshake: they wait for a read
          {
            return true;
          }
          case BUFFER_UNDERFLOW -> {
            if (!fill(net)) {
              if (endedBelow) {
                throw new EOFException("the peer has ended the connection in the handshake");
              }
              return false;
            }
          }
        }
      }
    } finally {
      end(net);
    }
  }

  // ---- bytes

  /** As {@link TransportSocket#read}. */
  public int read(SSLEngine engine, ByteBuffer into, Errands errands) throws IOException {
    int start = into.position();
    takeReady(into);
    if (into.hasRemaining() && !ended) {
      decrypt(engine, into, errands);
    }
    int got = into.position() - start;
    if (got > 0 || !into.hasRemaining()) {
      return got;
    }
    if (ended) {
      return -1;
    }
    if (endedBelow) {
      throw new EOFException(
          "the peer has ended the connection without a close_notify: bytes may be missing");
    }
    return 0;
  }

  /** True when the stream has ended, and a read has not said so yet. */
  public boolean hasEnded() {
    return ended || endedBelow;
  }

  private void takeReady(ByteBuffer into) {
    ByteBuffer mine = ready;
    if (mine == null) {
      return;
    }
    int now = Math.min(mine.remaining(), into.remaining());
    into.put(mine.slice().limit(now));
    mine.position(mine.position() + now);
    if (!mine.hasRemaining()) {
      ready = null;
    }
  }

  private void decrypt(SSLEngine engine, ByteBuffer into, Errands errands) throws IOException {
    ByteBuffer net = begin();
    try {
      while (into.hasRemaining() && !ended) {
        if (!record(engine, net, into, errands) && !fill(net)) {
          return;
        }
      }
    } finally {
      end(net);
    }
  }

  /**
   * Whether {@code net} begins with a whole record, or with one of a length that the engine
   * refuses. The engine looks for room first, and only then whether the record is complete.
   */
  private static boolean isComplete(ByteBuffer net) {
    if (net.remaining() < RECORD_HEADER) {
      return false;
    }
    int length = net.getShort(net.position() + 3) & 0xffff;
    return length > LONGEST_RECORD || net.remaining() >= RECORD_HEADER + length;
  }

  /** Decrypts one record; false when it is not complete. */
  private boolean record(SSLEngine engine, ByteBuffer net, ByteBuffer into, Errands errands)
      throws IOException {
    if (!isComplete(net)) {
      return false;
    }
    refuseRenegotiation(net);
    SSLEngineResult result = engine.unwrap(net, into);
    switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> throw new SSLException("the engine waits for more than a record");
      case BUFFER_OVERFLOW -> {
        ByteBuffer whole = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        result = engine.unwrap(net, whole);
        ready = whole.flip();
        takeReady(into);
      }
      case CLOSED -> ended = true;
      case OK -> {}
    }
    count(result);
    if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
      errands.run();
    }
    return true;
  }

  private void count(SSLEngineResult result) throws SSLException {
    empty = result.bytesProduced() > 0 ? 0 : empty + 1;
    if (empty > MOST_EMPTY) {
      throw new SSLProtocolException("the peer has sent " + empty + " records without a byte");
    }
  }

  /**
   * TLS 1.2 lets a client begin another handshake in the middle of a connection. No client needs
   * that, and it has been a way to inject bytes and to keep servers busy (CVE-2009-3555,
   * CVE-2011-1473). In TLS 1.3 records of that type do not come behind the handshake.
   */
  private static void refuseRenegotiation(ByteBuffer net) throws SSLException {
    if (net.get(net.position()) == HANDSHAKE_RECORD) {
      throw new SSLProtocolException("the peer has asked for a renegotiation, which is refused");
    }
  }

  // ---- encrypted bytes

  /** A buffer with the bytes that are not used yet. */
  private ByteBuffer begin() {
    dry = false;
    ByteBuffer net = buffers.borrow();
    ByteBuffer mine = kept;
    if (mine != null) {
      net.put(mine);
      kept = null;
    }
    return net.flip();
  }

  /** Reads behind what {@code net} has; false when nothing is there now. */
  private boolean fill(ByteBuffer net) throws IOException {
    if (endedBelow || dry) {
      return false;
    }
    net.compact();
    int got;
    try {
      got = below.read(net);
      dry = net.hasRemaining();
    } finally {
      net.flip();
    }
    endedBelow = got < 0;
    return got > 0;
  }

  private void end(ByteBuffer net) {
    keep(net);
    buffers.release(net);
  }
}
