package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Signals.CLOSE;
import static io.thousandisland.runtime.server.Signals.DEADLINE;
import static io.thousandisland.runtime.server.Signals.FORCED;
import static io.thousandisland.runtime.server.Signals.NEVER;
import static io.thousandisland.runtime.server.Signals.READABLE;
import static io.thousandisland.runtime.server.Signals.SHUTDOWN;

import io.thousandisland.handler.Counters;
import io.thousandisland.handler.PeerClosedException;
import io.thousandisland.handler.ReadTimeoutException;
import io.thousandisland.handler.ShutdownException;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
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
 * <p>Thread: the connection's own, except {@link #counters}.
 */
final class ConnectionSocket implements Socket {

  private final Connection connection;
  private final Signals signals;
  private final Inbound in;
  private final Outbound out;

  /** What ends a wait for data; in the terminal callback only force does. */
  private int endings = SHUTDOWN | CLOSE | FORCED;

  /** Made when first asked for: few connections are ever told something. */
  private @Nullable Mailbox mailbox;

  private String transportName;

  ConnectionSocket(Connection connection, Signals signals, Inbound in) {
    this.connection = connection;
    this.signals = signals;
    this.in = in;
    this.out = new Outbound(context(), connection, signals);
    this.transportName = context().transportName();
  }

  private ServerContext context() {
    return connection.context();
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

  /** Bytes of two threads would mix, and nobody would notice. */
  private void requireOwnThread() {
    if (!signals.isOwnedBy(Thread.currentThread())) {
      throw new IllegalStateException(
          "a Socket belongs to the callbacks of its connection, and this is another thread;"
              + " use ref().tell(message), and send in handleMessage");
    }
  }

  @Override
  public ByteBuffer receive() throws IOException {
    return receive(connection.readTimeout());
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
    return receive(bytes, connection.readTimeout());
  }

  /** Holds as much as has arrived: a peer that announces much and sends little costs little. */
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
   * Waits until at least one byte is read, and reads no more than {@code most}.
   *
   * @return a buffer of {@code pool}, to be released
   */
  private ByteBuffer readSome(BufferPool pool, int most, Duration timeout) throws IOException {
    failIfEnding(out.awaitFlushed(endings));
    signals.deadline(context().sweeper.in(timeout));
    try {
      for (; ; ) {
        // of a stream that is over nobody tells any more
        int why = in.mayRead() || in.isOver() ? signals.takeTurn(endings) : awaitData();
        failIfEnding(why & endings);
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

  /** Null when nothing is there. */
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

  private int awaitData() {
    return signals.await(READABLE | DEADLINE | endings);
  }

  private static void failIfEnding(int ending) throws IOException {
    if ((ending & (FORCED | CLOSE)) != 0) {
      throw new AsynchronousCloseException();
    }
    if ((ending & SHUTDOWN) != 0) {
      throw new ShutdownException();
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
    connection.transport().shutdownInput();
    in.readable();
  }

  @Override
  public void close() {
    signals.raise(CLOSE);
    try {
      out.close();
    } catch (IOException broken) {
      connection.closeTransport();
    }
  }

  // ---- the connection's side

  void switchedTo(String transport) {
    transportName = transport;
  }

  /** The handler changes: messages of types of the old one's bundle must not outlive it. */
  void dropForeignMessages() {
    if (mailbox != null) {
      for (Object message : mailbox.drop(each -> Portable.foreign(each).isPresent())) {
        connection.messageDropped(message);
      }
    }
  }

  /** The terminal callback begins: it may still receive. What it sends it need not wait for. */
  void ending() {
    endings = FORCED;
    out.hurry();
  }

  Outbound out() {
    return out;
  }

  /** The connection is over. */
  void end() {
    if (mailbox != null) {
      mailbox.end();
    }
  }

  Mailbox mailbox() {
    Mailbox mine = mailbox;
    if (mine == null) {
      mine = new Mailbox(connection.id(), context().settings().buffers().mailbox(), signals);
      mailbox = mine;
    }
    return mine;
  }

  // ---- facts

  @Override
  public SocketRef ref() {
    return mailbox();
  }

  @Override
  public long id() {
    return connection.id();
  }

  @Override
  public boolean draining() {
    return connection.draining();
  }

  @Override
  public SocketAddress localAddress() {
    return connection.transport().localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return connection.transport().remoteAddress();
  }

  @Override
  public String transport() {
    return transportName;
  }

  @Override
  public boolean secure() {
    return connection.transport().secure();
  }

  @Override
  public Optional<String> applicationProtocol() {
    return connection.transport().applicationProtocol();
  }

  @Override
  public List<Certificate> peerCertificates() {
    return connection.transport().peerCertificates();
  }

  @Override
  public Optional<String> serverName() {
    return connection.transport().serverName();
  }

  @Override
  public Counters counters() {
    return new Counters(in.bytes(), in.calls(), out.bytes(), out.calls());
  }

  @Override
  public Instant started() {
    return connection.started();
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return connection.transport().option(option);
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    connection.transport().option(option, value);
  }
}
