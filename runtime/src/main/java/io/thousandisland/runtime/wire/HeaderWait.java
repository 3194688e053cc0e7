// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.runtime.proxy.HeaderParser;
import io.thousandisland.runtime.proxy.Parsed;
import io.thousandisland.runtime.settings.ProxySettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.BufferPool;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a connection that is to begin with a header of the PROXY protocol, until it is
 * known what it begins with. Nothing but {@link #look} reads from it.
 *
 * <p>The header is the outermost layer of the stream: it is read before the transport's handshake,
 * and the bytes behind it are the first ones of the socket that goes on. So a transport that is
 * laid over that socket, for TLS, gets the client's bytes and no others.
 *
 * <p>A waiting connection holds only bytes that have come.
 *
 * <p>Thread: as for any transport socket; {@link #look} and {@link #end} are the connection's own.
 */
public final class HeaderWait extends Layer {

  /** The result of a look. */
  public sealed interface Found {

    /** Further bytes are needed, or time. */
    record Nothing() implements Found {}

    /**
     * The wait is over.
     *
     * @param socket with the client's addresses; the client's bytes come first
     * @param check whether it is a connection on the proxy's own behalf, such as a health check
     */
    record Client(TransportSocket socket, boolean check) implements Found {}

    /**
     * The connection may not go on.
     *
     * @param reason words that go on after "the connection was refused:"; no bytes of the peer
     */
    record Refused(String reason) implements Found {}

    /** The peer has gone, and has sent nothing for anybody. */
    record Gone() implements Found {}
  }

  /**
   * How long a health check may take to go without being noticed. HAProxy goes in the moment in
   * which it has sent the header. A check that stays wants to be served.
   */
  static final Duration CHECK = Duration.ofMillis(100);

  private static final Found NOTHING = new Found.Nothing();
  private static final Found GONE = new Found.Gone();

  /** Bytes of one read: more than most headers have, and few bytes of the client's. */
  private static final int READ = 1024;

  private static final int FIRST = 256;

  private final ListeningChannel channel;
  private final ServerContext context;
  private final ProxySettings settings;
  private final String longest;

  /** In the sweeper's time. */
  private long until;

  /** The bytes that have come, up to its position; null when none have. Counted as memory. */
  private @Nullable ByteBuffer kept;

  /** The header of a health check that is still there. */
  private @Nullable ProxyHeader check;

  /** Whether the peer has ended its stream. */
  private boolean ended;

  /** Told of readiness. Null before {@link #start}. */
  private @Nullable Readiness readiness;

  /**
   * @param channel the channel that has accepted it
   * @param settings in force for this connection, whatever changes later
   */
  public HeaderWait(
      TransportSocket accepted,
      ListeningChannel channel,
      ServerContext context,
      ProxySettings settings) {
    super(accepted);
    this.channel = channel;
    this.context = context;
    this.settings = settings;
    this.until = context.sweeper.in(settings.timeout());
    this.longest = Timeouts.text(settings.timeout());
  }

  @Override
  public void start(Readiness told) {
    readiness = told;
    super.start(told);
  }

  /** When to look again at the latest, in the sweeper's time. */
  public long until() {
    return until;
  }

  /** Reads what is there, and says what it means. */
  public Found look() {
    try {
      boolean late = context.sweeper.now() - until >= 0;
      Found found = check == null ? found(read()) : stays(check);
      return found == NOTHING && late ? tooLate() : found;
    } catch (IOException broken) {
      return check != null || kept == null
          ? GONE
          : new Found.Refused("it broke before its PROXY header was complete: " + broken);
    }
  }

  /**
   * Lays over the client that was found what the transport adds to its bytes. The wait is over.
   *
   * @param bare the socket of {@link Found.Client}
   */
  public TransportSocket over(TransportSocket bare) throws IOException {
    TransportSocket upper = channel.over(bare);
    return upper == bare ? bare : Proxied.keep(bare, upper);
  }

  private Parsed read() throws IOException {
    BufferPool pool = context.pool();
    ByteBuffer buffer = pool.borrow(READ);
    try {
      for (; ; ) {
        int got = below.read(buffer.clear());
        ended = got < 0;
        if (got > 0) {
          keep(buffer.flip());
        }
        Parsed parsed = HeaderParser.parse(bytes());
        if (!(parsed instanceof Parsed.Incomplete) || got < buffer.capacity()) {
          return parsed;
        }
      }
    } finally {
      pool.release(buffer);
    }
  }

  private Found found(Parsed parsed) throws IOException {
    return switch (parsed) {
      case Parsed.Incomplete incomplete -> ended ? endedEarly() : NOTHING;
      case Parsed.NoHeader none ->
          settings.isRequired()
              ? new Found.Refused("it begins without a PROXY header")
              : withoutHeader();
      case Parsed.Malformed malformed ->
          new Found.Refused("its PROXY header is malformed: " + malformed.reason());
      case Parsed.Complete complete -> complete(complete.header(), complete.length());
    };
  }

  private Found complete(ProxyHeader header, int length) throws IOException {
    boolean own =
        header.isLocal() || header.source().filter(below.remoteAddress()::equals).isPresent();
    ByteBuffer rest = bytes().position(length);
    if (own && !rest.hasRemaining()) {
      check = header;
      end();
      until = Math.min(until, context.sweeper.in(CHECK));
      return stays(header);
    }
    return client(header, rest, own);
  }

  /** The look at a health check that may go. */
  private Found stays(ProxyHeader header) throws IOException {
    BufferPool pool = context.pool();
    ByteBuffer buffer = pool.borrow(READ);
    try {
      int got = below.read(buffer.clear());
      if (got < 0) {
        return GONE;
      }
      return got == 0 ? NOTHING : client(header, buffer.flip(), true);
    } finally {
      pool.release(buffer);
    }
  }

  private Found client(ProxyHeader header, ByteBuffer rest, boolean own) {
    return new Found.Client(Proxied.of(replaying(rest), header, own && !rest.hasRemaining()), own);
  }

  private Found endedEarly() {
    if (kept == null && settings.isRequired()) {
      return GONE;
    }
    return mayBeClients()
        ? withoutHeader()
        : new Found.Refused("it ended before its PROXY header was complete");
  }

  private Found tooLate() {
    if (check != null) {
      return client(check, ByteBuffer.allocate(0), true);
    }
    return mayBeClients()
        ? withoutHeader()
        : new Found.Refused(
            (kept == null ? "no PROXY header came" : "its PROXY header was not complete")
                + " within "
                + longest
                + " (proxyTimeout)");
  }

  /** Whether the bytes so far may be a client's own, and would be served. */
  private boolean mayBeClients() {
    return !settings.isRequired() && !HeaderParser.isBegun(bytes());
  }

  private Found withoutHeader() {
    return new Found.Client(replaying(bytes()), false);
  }

  /** The accepted socket behind {@code rest}, which is copied. */
  private TransportSocket replaying(ByteBuffer rest) {
    ByteBuffer copy =
        rest.hasRemaining() ? ByteBuffer.allocate(rest.remaining()).put(rest).flip() : null;
    end();
    return Replay.of(copy, below, Objects.requireNonNull(readiness));
  }

  // ---- the bytes so far

  private ByteBuffer bytes() {
    ByteBuffer all = kept;
    return all == null ? ByteBuffer.allocate(0) : all.duplicate().flip();
  }

  /** Doubles its size when it is full, so that the copying stays linear in the bytes that come. */
  private void keep(ByteBuffer more) throws IOException {
    ByteBuffer all = kept;
    int length = more.remaining() + (all == null ? 0 : all.position());
    if (all == null || length > all.capacity()) {
      int size = Math.max(length, all == null ? FIRST : 2 * all.capacity());
      ByteBuffer larger = Unread.allocate(context.memory, size).put(bytes());
      end();
      kept = larger;
      all = larger;
    }
    all.put(more);
  }

  /** Gives the memory back. Idempotent. */
  public void end() {
    ByteBuffer all = kept;
    kept = null;
    if (all != null) {
      context.memory.giveBack(all.capacity());
    }
  }
}
