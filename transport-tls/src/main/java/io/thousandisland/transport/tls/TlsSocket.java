// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.handler.TlsSession;
import io.thousandisland.transport.LayeredSocket;
import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.TransportSocket;
import io.thousandisland.transport.tls.handshake.HandshakeBudget;
import io.thousandisland.transport.tls.handshake.HandshakeThreads;
import io.thousandisland.transport.tls.handshake.Offering;
import io.thousandisland.transport.tls.handshake.ServerHandshake;
import io.thousandisland.transport.tls.records.Buffers;
import io.thousandisland.transport.tls.records.Incoming;
import io.thousandisland.transport.tls.records.Outgoing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * One connection that speaks TLS over the transport below.
 *
 * <p>The end of the stream is a close_notify in both directions. A peer that ends the stream below
 * without one has perhaps been cut off: then a read fails. In TLS 1.3 either side may end its
 * direction alone. In TLS 1.2 the peer's close_notify ends both directions, so that nothing can be
 * sent after it (RFC 5246, section 7.2.1).
 *
 * <p>Thread: as for any transport socket.
 */
final class TlsSocket extends LayeredSocket {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** The most reads of bytes that are nobody's, in one call. */
  private static final int DISCARDS = 16;

  private final Incoming in;
  private final Outgoing out;
  private final ServerHandshake handshake;

  /** The argument of a write of one buffer; the connection's own thread's. */
  private final ByteBuffer[] one = {NOTHING};

  /** Made once, because each read needs it. */
  private final Incoming.Errands errands = this::runErrands;

  /**
   * Null before {@link #start}. Written by the connection's thread; read by those that calculate.
   */
  private volatile @Nullable Readiness readiness;

  /** Whether input was shut down by us. The connection's own thread's. */
  private boolean deaf;

  TlsSocket(
      TransportSocket below,
      Offering offer,
      HandshakeThreads threads,
      HandshakeBudget budget,
      Buffers buffers) {
    super(below);
    this.in = new Incoming(below, buffers);
    this.out = new Outgoing(below, buffers);
    this.handshake =
        new ServerHandshake(offer, threads, budget, in, out, below.remoteAddress(), this::goOn);
  }

  private void goOn() {
    Readiness told = readiness;
    if (told != null) {
      told.readable();
    }
  }

  @Override
  public void start(Readiness told) {
    readiness = told;
    below.start(told);
  }

  @Override
  public boolean handshake() throws IOException {
    return handshake.goOn();
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (deaf) {
      return -1;
    }
    if (!handshake.isDone()) {
      return discard(into);
    }
    int got = in.read(handshake.engine(), into, errands);
    if (got > 0 && into.hasRemaining() && in.hasEnded()) {
      goOn(); // the end comes after these bytes, with the next read
    }
    return got;
  }

  /**
   * Throws away the bytes that come without a handshake, or behind one that failed: the connection
   * ends, and they are nobody's. A peer that sends them must not see a reset before our alert.
   */
  private int discard(ByteBuffer scratch) throws IOException {
    int start = scratch.position();
    for (int i = 0; i < DISCARDS; i++) {
      int got = below.read(scratch);
      boolean more = !scratch.hasRemaining();
      scratch.position(start);
      if (got < 0) {
        return -1;
      }
      if (!more) {
        return 0;
      }
    }
    goOn(); // there may be more, which nobody tells
    return 0;
  }

  /** Does what the engine needs to go on: an answer to a key update, for example. */
  private void runErrands() throws IOException {
    SSLEngine engine = handshake.engine();
    for (; ; ) {
      HandshakeStatus status = engine.getHandshakeStatus();
      if (status == HandshakeStatus.NEED_TASK) {
        engine.getDelegatedTask().run();
      } else if (status != HandshakeStatus.NEED_WRAP || !out.tell(engine)) {
        return;
      }
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    one[0] = from;
    try {
      return (int) write(one, 0, 1);
    } finally {
      one[0] = NOTHING;
    }
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    if (!handshake.isDone()) {
      throw new ClosedChannelException();
    }
    SSLEngine engine = handshake.engine();
    if (engine.isOutboundDone() && in.hasEnded()) {
      throw new SSLException("the peer has closed, which in TLS 1.2 ends both directions");
    }
    return out.write(engine, from, offset, length);
  }

  @Override
  public void forgetLeft() {
    out.forget();
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (!handshake.isDone()) {
      below.shutdownOutput();
      return;
    }
    SSLEngine engine = handshake.engine();
    engine.closeOutbound();
    while (!engine.isOutboundDone() && out.tell(engine)) {}
    if (!out.shutdown()) {
      below.start(new LastRoom());
      boolean unused = out.flush(); // from now on room is told to the listener above
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    deaf = true;
    below.shutdownInput();
  }

  @Override
  public void close() throws IOException {
    handshake.abandon();
    super.close();
  }

  @Override
  public boolean secure() {
    return handshake.isDone();
  }

  @Override
  public Optional<String> applicationProtocol() {
    return handshake.isDone()
        ? Optional.ofNullable(handshake.engine().getApplicationProtocol())
            .filter(name -> !name.isEmpty())
        : Optional.empty();
  }

  @Override
  public List<Certificate> peerCertificates() {
    if (!handshake.isDone()) {
      return List.of();
    }
    try {
      return List.of(handshake.engine().getSession().getPeerCertificates());
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
  }

  @Override
  public Optional<String> serverName() {
    return handshake.serverName();
  }

  @Override
  public Optional<TlsSession> tls() {
    return handshake.isDone() ? Optional.of(handshake.session()) : Optional.empty();
  }

  /**
   * The listener while the rest of the last records waits for room. It sends them itself, because
   * the connection above has nothing left to send.
   *
   * <p>Thread: the transport's below.
   */
  private final class LastRoom implements Readiness {
    @Override
    public void writable() {
      try {
        boolean unused = out.flush();
      } catch (IOException gone) {
        // the peer's: a read will say so
      }
      Readiness told = readiness;
      if (told != null) {
        told.writable();
      }
    }

    @Override
    public void readable() {
      goOn();
    }

    @Override
    public void readable(ThreadLender lender) {
      Readiness told = readiness;
      if (told != null) {
        told.readable(lender);
      }
    }

    @Override
    public void lent(ThreadLender lender) {
      Readiness told = readiness;
      if (told != null) {
        told.lent(lender);
      }
    }

    @Override
    public boolean takesThread() {
      Readiness told = readiness;
      return told != null && told.takesThread();
    }
  }
}
