package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Signals.CLOSE;
import static io.thousandisland.runtime.server.Signals.DEADLINE;
import static io.thousandisland.runtime.server.Signals.DRAIN;
import static io.thousandisland.runtime.server.Signals.FORCED;
import static io.thousandisland.runtime.server.Signals.MESSAGE;
import static io.thousandisland.runtime.server.Signals.NEVER;
import static io.thousandisland.runtime.server.Signals.READABLE;
import static io.thousandisland.runtime.server.Signals.SHUTDOWN;
import static io.thousandisland.runtime.server.Signals.WRITABLE;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.PeerClosedException;
import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.handler.ReadTimeoutException;
import io.thousandisland.handler.ShutdownException;
import io.thousandisland.handler.UnhandledMessageException;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, from the accept to its one terminal callback.
 *
 * <pre>
 *   adopt a handler → handshake → handleConnection → [wait → callback]* → terminal callback → close
 * </pre>
 *
 * <p>Thread: all of that runs on a virtual thread of its own. {@link #drain}, {@link #shutdown},
 * {@link #force}, {@link #abandon}, {@link #joinUntil} and the facts by any.
 */
final class Connection implements Runnable {

  private static final int ENDING = SHUTDOWN | FORCED | CLOSE;
  private static final int EVERYTHING = READABLE | MESSAGE | DEADLINE | DRAIN | ENDING;

  /** Whether the terminal callback may still begin. */
  private enum Terminal {
    TO_COME,
    BEGUN,
    /**
     * The drain gave up on this connection: its handler's service is gone, and is not called again.
     */
    ABANDONED
  }

  private final ServerContext context;
  private final Consumer<Connection> abandoned;
  private final Consumer<Connection> ended;
  private final long id;
  private final int acceptor;
  private final Instant started = Instant.now();
  private final Thread thread;
  private final Signals signals;
  private final Inbound in;
  private final ConnectionSocket socket;
  private final AtomicReference<Terminal> terminal = new AtomicReference<>(Terminal.TO_COME);

  /** Written by the own thread when it switches; read by any that closes. */
  private volatile TransportSocket transport;

  /** Written by the own thread; read by who lists or drains generations. */
  private volatile @Nullable Generation generation;

  // the own thread's
  private @Nullable Object state;
  private Duration readTimeout;
  private long lastData;
  private long waitUntil = NEVER;
  private @Nullable Span span;

  /**
   * @param abandoned told, by whoever drains, when nobody is to wait for this connection any more
   * @param ended told, on the own thread, when everything of this connection is over
   */
  Connection(
      ServerContext context,
      int acceptor,
      Consumer<Connection> abandoned,
      Consumer<Connection> ended,
      TransportSocket transport) {
    this.context = context;
    this.acceptor = acceptor;
    this.abandoned = abandoned;
    this.ended = ended;
    this.transport = transport;
    this.id = context.accepted.incrementAndGet();
    this.readTimeout = context.settings().readTimeout();
    this.signals = new Signals(context.sweeper);
    this.in = new Inbound(this);
    this.socket = new ConnectionSocket(context, this, signals, in);
    this.thread =
        Thread.ofVirtual()
            .name(context.name() + " connection " + id + " " + transport.remoteAddress())
            .unstarted(this);
    signals.owner(thread);
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    long began = System.nanoTime();
    Ending ending = new Ending.ShutDown();
    try {
      emit(() -> new TelemetryEvent.ConnectionStarted(span()));
      transport.start(signals);
      Handler<@Nullable Object> handler = adopt();
      if (handler != null) {
        ending = converse(handler);
        sayGoodbye(handler, ending);
      }
    } catch (Throwable bug) { // ours or the transport's: costs this connection, and is told
      ending = new Ending.Failed(bug, true);
    } finally {
      end(ending, Duration.ofNanos(System.nanoTime() - began));
    }
  }

  private void end(Ending ending, Duration lasted) {
    signals.deadline(NEVER);
    socket.end();
    closeTransport();
    state = null;
    Generation left = generation;
    if (left != null) {
      left.exit();
    }
    emit(() -> new TelemetryEvent.ConnectionStopped(span(), ending, socket.counters(), lasted));
    ended.accept(this);
  }

  /**
   * Enters the generation that serves now; while there is none the client waits, and notices
   * nothing.
   *
   * @return null when the connection ended before a handler came
   */
  private @Nullable Handler<@Nullable Object> adopt() {
    signals.deadline(context.sweeper.in(context.settings().handlerWait()));
    while (context.handlers.await(signals, ENDING | DEADLINE) == 0) {
      Generation serving = context.handlers.serving();
      generation = serving; // before entering: who drains a generation must find us by it
      if (serving != null && serving.enter()) {
        signals.deadline(NEVER);
        return serving.handler();
      }
    }
    generation = null;
    return null;
  }

  // ---- the conversation

  private Ending converse(Handler<@Nullable Object> handler) {
    try {
      long began = System.nanoTime();
      handshake();
      emit(
          () ->
              new TelemetryEvent.ConnectionReady(
                  span(), generationNumber(), Duration.ofNanos(System.nanoTime() - began)));
      Ending ending = afterData(handler.handleConnection(socket));
      while (ending == null) {
        signals.deadline(waitUntil);
        // a read that filled its buffer left more to read: then there is nothing to wait for
        int why = in.mayRead() ? signals.take(EVERYTHING) : signals.await(EVERYTHING);
        ending = step(handler, why);
      }
      return ending;
    } catch (Throwable thrown) {
      return endingBy(thrown, true);
    }
  }

  /** Does what the raised reasons ask for; null to go on. */
  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private @Nullable Ending step(Handler<@Nullable Object> handler, int why) throws Exception {
    if ((why & ENDING) != 0) {
      return endingAsked();
    }
    Ending ending = null;
    if ((why & DRAIN) != 0) {
      ending = apply(handler.handleDrain(socket, state));
    }
    if (ending == null && (why & MESSAGE) != 0) {
      ending = deliver(handler);
    }
    if ((why & READABLE) != 0) {
      in.readable();
    }
    if (ending == null && in.mayRead()) {
      ending = receive(handler);
    }
    if (ending == null && (why & DEADLINE) != 0 && signals.due()) {
      ending = new Ending.TimedOut();
    }
    return ending;
  }

  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private @Nullable Ending receive(Handler<@Nullable Object> handler) throws Exception {
    BufferPool pool = context.pool();
    ByteBuffer pooled = pool.borrow();
    try {
      ByteBuffer data = in.unread.inFrontOf(pooled, context.settings().unreadLimit());
      int got = in.read(data);
      data.flip();
      if (got <= 0) {
        in.unread.keep(data, data == pooled);
        return got < 0 ? new Ending.ByPeer() : null;
      }
      Next<@Nullable Object> next = handler.handleData(data, socket, state);
      in.unread.keep(data, data == pooled);
      return afterData(next);
    } finally {
      pool.release(pooled);
    }
  }

  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private @Nullable Ending deliver(Handler<@Nullable Object> handler) throws Exception {
    Object message = socket.mailbox().take();
    if (message == null) {
      return null;
    }
    try {
      return apply(handler.handleMessage(message, socket, state));
    } catch (UnhandledMessageException e) {
      emit(() -> new TelemetryEvent.MessageDropped(span(), message.getClass().getName()));
      return null;
    }
  }

  // ---- answers: the one place where they become actions

  /** After handleConnection or handleData: the time they took does not count. */
  private @Nullable Ending afterData(Next<@Nullable Object> next) throws Exception {
    lastData = context.sweeper.now();
    waitUntil = after(lastData, readTimeout);
    return apply(next);
  }

  /** A message or advice leaves the deadline where it is, unless its answer moves it. */
  private @Nullable Ending apply(Next<@Nullable Object> next) throws Exception {
    state = next.state();
    return switch (next) {
      case Next.Proceed<@Nullable Object> proceed -> {
        setWait(proceed.readTimeout());
        yield null;
      }
      case Next.Close<@Nullable Object> close -> new Ending.ByUs();
      case Next.Fail<@Nullable Object> fail -> endingBy(fail.reason(), false);
      case Next.SwitchTransport<@Nullable Object> to -> {
        switchTransport(to);
        lastData = context.sweeper.now();
        waitUntil = after(lastData, readTimeout);
        setWait(to.readTimeout());
        yield null;
      }
    };
  }

  private void setWait(ReadTimeout wait) {
    switch (wait) {
      case ReadTimeout.AsBefore same -> {}
      case ReadTimeout.Once once -> waitUntil = context.sweeper.in(once.timeout());
      case ReadTimeout.Always always -> {
        readTimeout = always.timeout();
        waitUntil = after(lastData, readTimeout);
      }
    }
  }

  private static long after(long point, Duration timeout) {
    return DeadlineSweeper.countable(timeout) ? point + timeout.toNanos() : NEVER;
  }

  private void handshake() throws IOException {
    long deadline = context.sweeper.in(context.settings().handshakeTimeout());
    signals.deadline(deadline);
    while (!transport.handshake()) {
      int why = signals.await(READABLE | WRITABLE | DEADLINE | ENDING);
      if ((why & (SHUTDOWN | FORCED)) != 0) {
        throw new ShutdownException();
      }
      if ((why & CLOSE) != 0) {
        throw new PeerClosedException();
      }
      if ((why & DEADLINE) != 0 && signals.due()) {
        throw new SocketTimeoutException(
            "handshake not done within " + context.settings().handshakeTimeout());
      }
    }
  }

  private void switchTransport(Next.SwitchTransport<@Nullable Object> to) throws IOException {
    Transport other = context.transport(to.transport());
    if (other == null) {
      throw new IOException("no transport named " + to.transport() + " to switch to");
    }
    TransportSocket upgraded = other.over(transport, to.options());
    transport = upgraded;
    socket.switchedTo(to.transport());
    upgraded.start(signals);
    handshake();
    in.readable(); // nobody has looked at the new transport's stream yet
  }

  // ---- endings

  private Ending endingAsked() {
    if (signals.isRaised(FORCED)) {
      return new Ending.Forced();
    }
    return signals.isRaised(SHUTDOWN) ? new Ending.ShutDown() : new Ending.ByUs();
  }

  private Ending endingBy(Throwable reason, boolean thrown) {
    if (signals.isRaised(FORCED)) {
      return new Ending.Forced();
    }
    if (reason instanceof ReadTimeoutException) {
      return new Ending.TimedOut();
    }
    if (reason instanceof PeerClosedException) {
      return new Ending.ByPeer();
    }
    if (reason instanceof ShutdownException && signals.isRaised(SHUTDOWN)) {
      return new Ending.ShutDown();
    }
    if (thrown && reason instanceof IOException && signals.isRaised(CLOSE)) {
      return new Ending.ByUs(); // who closed it under a blocked callback meant it to end so
    }
    return new Ending.Failed(reason, thrown);
  }

  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private void sayGoodbye(Handler<@Nullable Object> handler, Ending ending) {
    if (!terminal.compareAndSet(Terminal.TO_COME, Terminal.BEGUN)) {
      return;
    }
    socket.ending();
    try {
      switch (ending) {
        case Ending.ByPeer e -> handler.handleClose(socket, state);
        case Ending.ByUs e -> handler.handleClose(socket, state);
        case Ending.Failed failed -> handler.handleError(failed.reason(), socket, state);
        case Ending.TimedOut e -> handler.handleTimeout(socket, state);
        case Ending.ShutDown e -> handler.handleShutdown(socket, state);
        case Ending.Forced e -> handler.handleShutdown(socket, state);
      }
    } catch (Throwable thrown) { // the connection ends in any case, but somebody should know
      emit(() -> new TelemetryEvent.HandlerThrew(span(), thrown));
    }
  }

  void closeTransport() {
    try {
      transport.close();
    } catch (IOException e) { // it is out of use all the same
      emit(() -> new TelemetryEvent.ReceiveFailed(span(), e));
    }
  }

  // ---- any thread

  /** Advises the handler to finish. */
  void drain() {
    socket.draining(true);
    signals.raise(DRAIN);
  }

  /** Ends the conversation at the next callback boundary, or in the receive it waits in. */
  void shutdown() {
    signals.raise(SHUTDOWN);
  }

  /**
   * Closes the socket under whatever the handler does, and interrupts it: the last means there is.
   */
  void force() {
    signals.raise(FORCED);
    closeTransport();
    thread.interrupt();
  }

  /**
   * Gives up on a thread that ignores force: no callback begins on it any more, and nobody waits
   * for it again. Its place is free when it does end.
   */
  void abandon() {
    terminal.compareAndSet(Terminal.TO_COME, Terminal.ABANDONED);
    abandoned.accept(this);
  }

  /** True when everything of this connection was over by {@code deadline}, a System.nanoTime. */
  boolean joinUntil(long deadline) {
    return Joins.joinUntil(thread, deadline);
  }

  String threadName() {
    return thread.getName();
  }

  long id() {
    return id;
  }

  /** The read timeout in force. The own thread only. */
  Duration readTimeout() {
    return readTimeout;
  }

  Instant started() {
    return started;
  }

  TransportSocket transport() {
    return transport;
  }

  @Nullable Generation generation() {
    return generation;
  }

  private int generationNumber() {
    Generation mine = generation;
    return mine == null ? 0 : mine.number();
  }

  ConnectionInfo info() {
    return new ConnectionInfo(
        id,
        acceptor,
        generationNumber(),
        transport.remoteAddress(),
        transport.localAddress(),
        socket.counters(),
        started);
  }

  // ---- telemetry, on the own thread but for close()

  boolean telemetryOn() {
    return context.telemetry.on();
  }

  void emit(Supplier<TelemetryEvent> event) {
    context.emit(event);
  }

  void emit(TelemetryEvent event) {
    context.telemetry.emit(event);
  }

  Span span() {
    Span mine = span;
    if (mine == null) {
      mine = new Span(context.name(), acceptor, id, transport.remoteAddress());
      span = mine;
    }
    return mine;
  }
}
