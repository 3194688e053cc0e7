// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.CLOSE;
import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.EXPIRE;
import static io.thousandisland.runtime.signals.Signals.FORCED;
import static io.thousandisland.runtime.signals.Signals.NEVER;
import static io.thousandisland.runtime.signals.Signals.READABLE;
import static io.thousandisland.runtime.signals.Signals.SHUTDOWN;

import io.thousandisland.handler.Counters;
import io.thousandisland.handler.Delayed;
import io.thousandisland.handler.FrameTooLongException;
import io.thousandisland.handler.PeerClosedException;
import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.ReadTimeoutException;
import io.thousandisland.handler.ServerRef;
import io.thousandisland.handler.ShutdownException;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import io.thousandisland.handler.TlsSession;
import io.thousandisland.runtime.handlers.Portable;
import io.thousandisland.runtime.shared.BufferPool;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.wire.Gathered;
import io.thousandisland.runtime.wire.Inbound;
import io.thousandisland.runtime.wire.Outbound;
import io.thousandisland.runtime.wire.Proxied;
import io.thousandisland.runtime.wire.Wire;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection as its handler sees it: blocking sends and receives on top of a transport that never
 * blocks.
 *
 * <p>Thread: the connection's own, except {@link #counters} and {@link #mailbox}.
 */
public final class ConnectionSocket implements Socket {

  private static final VarHandle MAILBOX;

  static {
    try {
      MAILBOX =
          MethodHandles.lookup().findVarHandle(ConnectionSocket.class, "mailbox", Mailbox.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Wire wire;
  private final Signals signals;
  private final Inbound in;
  private final Outbound out;

  /** Whether the terminal callback has begun. */
  private boolean ending;

  /**
   * Made at the first use, by any thread: few connections ever get a message. Set once, through
   * {@link #MAILBOX}, because a handler may hold the lock of this for as long as it likes.
   */
  private volatile @Nullable Mailbox mailbox;

  /** Whether the connection is over. Written by the own thread; read by any that makes a ref. */
  private volatile boolean ended;

  /** Null until the handler tells its connection something for later. */
  private @Nullable DelayedMessages delayed;

  private String transportName;

  /** The read timeout in force. */
  private Duration readTimeout;

  ConnectionSocket(Wire wire, Signals signals, Inbound in) {
    this.wire = wire;
    this.signals = signals;
    this.in = in;
    this.out = new Outbound(wire, signals);
    this.transportName = context().transportName();
    this.readTimeout = context().settings().timeouts().read();
  }

  private ServerContext context() {
    return wire.context();
  }

  // ---- bytes

  @Override
  public void send(ByteBuffer data) throws IOException {
    requireOwnThread();
    out.send(data);
  }

  @Override
  public void send(ByteBuffer... data) throws IOException {
    requireOwnThread();
    out.send(data);
  }

  @Override
  public void sendFile(Path file) throws IOException {
    requireOwnThread();
    out.sendFile(file);
  }

  @Override
  public void sendFile(Path file, long offset, long length) throws IOException {
    requireOwnThread();
    out.sendFile(file, offset, length);
  }

  @Override
  public void sendFile(FileChannel file, long offset, long length) throws IOException {
    requireOwnThread();
    out.sendFile(file, offset, length);
  }

  /** Refuses other threads: the bytes of two threads would mix unnoticed. */
  private void requireOwnThread() {
    if (!signals.isOwnedBy(Thread.currentThread())) {
      throw new IllegalStateException(
          "a Socket belongs to the callbacks of its connection, and this is another thread;"
              + " use ref().tell(message), and send in handleMessage");
    }
  }

  @Override
  public ByteBuffer receive() throws IOException {
    return receive(readTimeout);
  }

  /** Holds no buffer while it waits. */
  @Override
  public ByteBuffer receive(Duration timeout) throws IOException {
    requireOwnThread();
    int unread = in.unreadLength();
    if (unread > 0) {
      ByteBuffer all = ByteBuffer.allocate(unread);
      in.moveUnreadTo(all);
      return all.flip();
    }
    BufferPool pool = context().pool();
    ByteBuffer pooled = readSome(pool, Integer.MAX_VALUE, timeout);
    try {
      return ByteBuffer.allocate(pooled.remaining()).put(pooled).flip();
    } finally {
      pool.release(pooled);
    }
  }

  @Override
  public ByteBuffer receive(int bytes) throws IOException {
    return receive(bytes, readTimeout);
  }

  /**
   * Holds only bytes that have arrived: a peer that announces much and sends little costs little.
   */
  @Override
  public ByteBuffer receive(int bytes, Duration timeout) throws IOException {
    requireOwnThread();
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes is " + bytes + "; allowed: 1 or more");
    }
    var gathered = new Gathered(context().memory, bytes);
    try {
      gathered.addUnreadOf(in);
      while (!gathered.isComplete()) {
        BufferPool pool = context().pool();
        ByteBuffer pooled = readSome(pool, gathered.missing(), timeout);
        try {
          gathered.add(pooled);
        } finally {
          pool.release(pooled);
        }
      }
      return gathered.bytes();
    } finally {
      gathered.end();
    }
  }

  /**
   * Looks at each byte once, and holds only bytes that have arrived. The bytes behind the delimiter
   * go back in front of the stream, once for each read from the kernel.
   */
  @Override
  public ByteBuffer receiveUntil(byte[] delimiter, int limit) throws IOException {
    requireOwnThread();
    if (delimiter.length == 0) {
      throw new IllegalArgumentException("the delimiter is empty; allowed: one byte or more");
    }
    if (limit < 0) {
      throw new IllegalArgumentException("limit is " + limit + "; allowed: 0 or more");
    }
    int most = (int) Math.min(Integer.MAX_VALUE, (long) limit + delimiter.length);
    var gathered = new Gathered(context().memory, most);
    try {
      boolean found = in.moveThrough(delimiter, gathered);
      BufferPool pool = context().pool();
      while (!found) {
        if (gathered.isComplete()) {
          throw new FrameTooLongException(limit);
        }
        ByteBuffer pooled = readSome(pool, Integer.MAX_VALUE, readTimeout);
        try {
          found = gathered.addUntil(delimiter, pooled);
          in.putBack(pooled);
        } finally {
          pool.release(pooled);
        }
      }
      ByteBuffer all = gathered.bytes();
      return all.limit(all.limit() - delimiter.length);
    } finally {
      gathered.end();
    }
  }

  /**
   * Waits until at least one byte is read, and reads no more than {@code most}.
   *
   * @return a buffer of {@code pool}, to be released
   */
  private ByteBuffer readSome(BufferPool pool, int most, Duration timeout) throws IOException {
    failIfEnding(out.awaitFlushed(endings()));
    signals.deadline(context().sweeper.in(timeout));
    try {
      for (; ; ) {
        // the transport tells nothing more of a stream that is over
        int why = in.mayRead() || in.isOver() ? signals.takeTurn(endings()) : awaitData();
        failIfEnding(why & endings());
        ByteBuffer read = readNow(pool, most);
        if (read != null) {
          return read;
        }
        if ((why & DEADLINE) != 0 && signals.due()) {
          throw new ReadTimeoutException();
        }
      }
    } finally {
      signals.deadline(NEVER);
    }
  }

  /** Reads without waiting; null when no byte is there. */
  private @Nullable ByteBuffer readNow(BufferPool pool, int most) throws IOException {
    ByteBuffer pooled = in.borrow(pool, most);
    int got = 0;
    try {
      got = in.read(pooled.limit(Math.min(most, pooled.capacity())));
      if (got < 0) {
        throw new PeerClosedException();
      }
    } finally {
      if (got <= 0) {
        pool.release(pooled);
      }
    }
    return got > 0 ? pooled.flip() : null;
  }

  /** The reasons that end a wait for data; in the terminal callback only force does. */
  private int endings() {
    return ending ? FORCED : SHUTDOWN | CLOSE | FORCED | EXPIRE;
  }

  private int awaitData() {
    in.waits(true);
    try {
      int why = signals.await(READABLE | DEADLINE | endings());
      if ((why & READABLE) != 0) {
        in.dataAt(context().sweeper.now());
      }
      return why;
    } finally {
      in.waits(false);
    }
  }

  private static void failIfEnding(int ending) throws IOException {
    if ((ending & (FORCED | CLOSE)) != 0) {
      throw new AsynchronousCloseException();
    }
    if ((ending & SHUTDOWN) != 0) {
      throw new ShutdownException();
    }
    if ((ending & EXPIRE) != 0) {
      throw new ReadTimeoutException();
    }
  }

  @Override
  public boolean peerGone() throws IOException {
    requireOwnThread();
    return in.peerGone();
  }

  @Override
  public void shutdownOutput() throws IOException {
    out.shutdownOutput();
  }

  @Override
  public void shutdownInput() throws IOException {
    wire.transport().shutdownInput();
    in.readable();
  }

  @Override
  public void close() {
    signals.raise(CLOSE);
    try {
      out.close();
    } catch (IOException broken) {
      wire.closeTransport();
    }
  }

  @Override
  public void reset() {
    requireOwnThread();
    signals.raise(CLOSE);
    out.abandon();
    try {
      wire.transport().option(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException | UnsupportedOperationException noResets) {
      // the peer gets an end
    }
    wire.closeTransport();
  }

  // ---- the connection's side

  void switchedTo(String transport) {
    transportName = transport;
  }

  Duration readTimeout() {
    return readTimeout;
  }

  void readTimeout(Duration changed) {
    readTimeout = changed;
  }

  /** Reports that {@code message} was not handled. */
  void dropped(Object message) {
    wire.emit(() -> new TelemetryEvent.MessageDropped(wire.span(), message.getClass().getName()));
  }

  /** Drops messages of types of the old handler's bundle, which must not outlive it. */
  void dropForeignMessages() {
    Mailbox mine = mailbox;
    if (mine != null) {
      mine.drop(each -> Portable.foreign(each).isPresent()).forEach(this::dropped);
    }
    if (delayed != null) {
      delayed.drop(each -> Portable.foreign(each).isPresent()).forEach(this::dropped);
    }
  }

  /** When the next delayed message is due, in the sweeper's time; NEVER without one. */
  long delayedUntil() {
    DelayedMessages mine = delayed;
    return mine == null ? NEVER : mine.next();
  }

  /** Puts delayed messages that are due into the mailbox. */
  void tellDue() {
    DelayedMessages mine = delayed;
    if (mine == null || mine.next() == NEVER) {
      return;
    }
    long now = context().sweeper.now();
    for (Object due = mine.takeDue(now); due != null; due = mine.takeDue(now)) {
      mailbox().tellDelayed(due);
    }
  }

  /** The terminal callback begins. It may still receive; its sends need not wait for the peer. */
  void ending() {
    ending = true;
    out.hurry();
  }

  Outbound out() {
    return out;
  }

  /** The connection is over. */
  void end() {
    ended = true; // before the look at the mailbox: newMailbox does it the other way round
    Mailbox mine = mailbox;
    if (mine != null) {
      mine.end();
    }
    if (delayed != null) {
      delayed.end();
    }
  }

  /** Any thread. */
  Mailbox mailbox() {
    Mailbox mine = mailbox;
    return mine == null ? newMailbox() : mine;
  }

  private Mailbox newMailbox() {
    var mine = new Mailbox(wire.id(), context().settings().buffers().mailbox(), signals);
    var before = (Mailbox) MAILBOX.compareAndExchange(this, null, mine);
    if (before != null) {
      return before;
    }
    if (ended) {
      mine.end();
    }
    return mine;
  }

  // ---- facts

  @Override
  public SocketRef ref() {
    return mailbox();
  }

  @Override
  public Delayed tellLater(Duration delay, Object message) {
    requireOwnThread();
    if (message == null) {
      throw new NullPointerException("message");
    }
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay is " + delay + "; allowed: zero or longer");
    }
    DelayedMessages mine = delayed;
    if (mine == null) {
      mine = new DelayedMessages(context().settings().buffers().mailbox());
      delayed = mine;
    }
    return mine.add(context().sweeper.in(delay), message);
  }

  @Override
  public void uncount() {
    requireOwnThread();
    wire.uncount();
  }

  @Override
  public ServerRef server() {
    return context().ref;
  }

  @Override
  public void label(String text) {
    requireOwnThread();
    wire.label(Labels.clean(text));
  }

  @Override
  public String label() {
    return wire.label();
  }

  @Override
  public long id() {
    return wire.id();
  }

  @Override
  public boolean draining() {
    return wire.draining();
  }

  @Override
  public SocketAddress localAddress() {
    return wire.transport().localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return wire.transport().remoteAddress();
  }

  @Override
  public SocketAddress peerAddress() {
    return Proxied.peer(wire.transport());
  }

  @Override
  public Optional<ProxyHeader> proxyHeader() {
    return wire.transport() instanceof Proxied proxied
        ? Optional.of(proxied.header())
        : Optional.empty();
  }

  @Override
  public String transport() {
    return transportName;
  }

  @Override
  public boolean secure() {
    return wire.transport().secure();
  }

  @Override
  public Optional<String> applicationProtocol() {
    return wire.transport().applicationProtocol();
  }

  @Override
  public List<Certificate> peerCertificates() {
    return wire.transport().peerCertificates();
  }

  @Override
  public Optional<String> serverName() {
    return wire.transport().serverName();
  }

  @Override
  public Optional<TlsSession> tls() {
    return wire.transport().tls();
  }

  @Override
  public Counters counters() {
    return new Counters(in.bytes(), in.calls(), out.bytes(), out.calls());
  }

  @Override
  public Instant started() {
    return wire.started();
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return wire.transport().option(option);
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    wire.transport().option(option, value);
  }
}
