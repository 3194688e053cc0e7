package io.thousandisland.runtime.server;

import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.supervision.Backoff;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The listening channels of one server.
 *
 * <p>The server tells it to listen ({@link #listen}) or not ({@link #silence}), any number of
 * times. Once the listener has had a port it asks for the same port again, an ephemeral port
 * included. A port that cannot be opened, and a channel that is lost, are expected, not bugs: the
 * listener reports them, keeps trying with exponential backoff, and costs no connection.
 *
 * <p>Clients that the kernel has queued at a channel are taken before the channel closes, as far as
 * there is a place for them ({@code lastCall}).
 *
 * <p>Thread: any. One lock guards all fields; it is held while the transport binds or closes, never
 * while connections, handlers or telemetry listeners run. Tries after the first run on a thread of
 * their own.
 */
final class Listener implements Node {

  private final ServerContext context;
  private final Runnable changed;
  private final Consumer<ListeningChannel> lastCall;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition retryEarlier = lock.newCondition();

  private volatile List<ListenSlot> slots;

  // guarded by lock; the volatile fields are read without it for status
  private ListenSlot.Group group = new ListenSlot.Group();
  private @Nullable Transport transport;
  private boolean running;
  private boolean wanted;
  private @Nullable Thread retrying;
  private int port = -1;
  private boolean announced;

  /** True when the last event about the port said that the server cannot listen. */
  private boolean failureTold;

  private long openedAt;
  private CrashReport crash = reason -> {};
  private volatile @Nullable SocketAddress address;
  private volatile @Nullable Throwable failure;

  /** The backlog of the open channels. A listening socket keeps its backlog. */
  private volatile int openBacklog;

  /** Events to be emitted when the lock is released. */
  private final List<Supplier<TelemetryEvent>> news = new ArrayList<>();

  /**
   * Channels out of use, to be closed when the lock is released, so that clients that wait there
   * are taken.
   */
  private final List<ListeningChannel> outOfUse = new ArrayList<>();

  /** Makes a listener that takes no client from a channel that closes. */
  Listener(ServerContext context, Runnable changed) {
    this(context, changed, channel -> {});
  }

  /**
   * @param changed told, without the lock, when {@link #address} or {@link #failure} changed
   * @param lastCall given each channel before it closes, without the lock; no other thread accepts
   *     there
   */
  Listener(ServerContext context, Runnable changed, Consumer<ListeningChannel> lastCall) {
    this.context = context;
    this.changed = changed;
    this.lastCall = lastCall;
    this.slots = newSlots();
  }

  private List<ListenSlot> newSlots() {
    group = new ListenSlot.Group();
    var made = new ArrayList<ListenSlot>();
    for (int i = 0; i < context.settings().listen().sockets(); i++) {
      made.add(new ListenSlot(group));
    }
    return List.copyOf(made);
  }

  @Override
  public String name() {
    return "listener";
  }

  /** The slot that acceptor {@code number} works at: acceptors are spread round robin, and wrap. */
  ListenSlot slotFor(int number) {
    List<ListenSlot> all = slots;
    return all.get((number - 1) % all.size());
  }

  /** The address where it listens; null while it does not. */
  @Nullable SocketAddress address() {
    return address;
  }

  /** The reason why it does not listen though it should. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** The setting that the channels were not opened with yet; null when there is none. */
  @Nullable String pending() {
    int backlog = context.settings().listen().backlog();
    int now = openBacklog;
    return address == null || now == backlog
        ? null
        : "backlog is %d until the port is opened again, then %d".formatted(now, backlog);
  }

  int openChannels() {
    return (int) slots.stream().filter(slot -> slot.channel() != null).count();
  }

  @Override
  public void start(CrashReport up) {
    locked(
        () -> {
          crash = up;
          running = true;
          openOrRetry();
        });
  }

  @Override
  public void stop() {
    locked(
        () -> {
          running = false;
          closeAll();
        });
  }

  /** Listens with {@code by}, as soon as this node is started. Returns after the first try. */
  void listen(Transport by) {
    locked(
        () -> {
          transport = by;
          wanted = true;
          openOrRetry();
        });
  }

  /** Refuses new connections from now on. */
  void silence() {
    locked(
        () -> {
          wanted = false;
          closeAll();
        });
  }

  // ---- changed settings

  /**
   * Binds the channels that {@code next} needs beside the bound channels, and changes nothing else.
   * While the listener does not listen there is nothing to prepare: then an address that cannot be
   * had is found out later, and tried again. One caller at a time. Without the lock, because
   * finding the address of a host may take long.
   */
  ListenMove.Prepared prepare(ListenSettings next) {
    for (; ; ) {
      ListenSettings now = context.settings().listen();
      Transport by;
      List<ListeningChannel> open;
      lock.lock();
      try {
        by = transport;
        if (next.equals(now) || by == null || address == null || openChannels() < slots.size()) {
          return ListenMove.Prepared.NOTHING;
        }
        open = slots.stream().map(ListenSlot::channel).toList();
      } finally {
        lock.unlock();
      }
      ListenMove.Prepared prepared = ListenMove.prepare(now, next, by, open);
      if (prepared.problem().isEmpty() || areInUse(open)) {
        return prepared;
      } // else channels have closed meanwhile: no problem of the settings
    }
  }

  private boolean areInUse(List<ListeningChannel> channels) {
    lock.lock();
    try {
      return areFirst(channels, slots);
    } finally {
      lock.unlock();
    }
  }

  /** Whether these channels are those of the first slots. */
  private static boolean areFirst(List<ListeningChannel> channels, List<ListenSlot> slots) {
    return slots.stream().map(ListenSlot::channel).limit(channels.size()).toList().equals(channels);
  }

  /**
   * Applies the changed settings, which are in force already: with the channels that were prepared
   * for them, or by opening channels again if it should listen and does not.
   */
  void take(@Nullable ListenMove move, ListenSettings before) {
    ListenSettings now = context.settings().listen();
    if (now.equals(before)) {
      return;
    }
    locked(
        () -> {
          if (move != null && running && wanted && areFirst(move.inUse(), slots)) {
            swap(move, before.isAt(now));
          } else {
            closeAll();
            if (move != null) {
              outOfUse.addAll(move.opened());
            }
            port = before.isAt(now) ? port : -1;
            if (slots.size() != now.sockets()) {
              slots = newSlots();
            }
          }
        });
    locked(this::openOrRetry); // when the old channels have been closed
  }

  private void swap(ListenMove move, boolean sameAddress) {
    if (!sameAddress) {
      closeAll(); // the new channels are open, and serve in a moment
      port = -1;
    }
    List<ListenSlot> old = slots;
    if (old.size() != move.channels().size()) {
      slots = resized(old, move.channels().size());
    }
    for (int i = 0; i < move.channels().size(); i++) {
      ListeningChannel channel = move.channels().get(i);
      if (slots.get(i).channel() != channel) {
        opened(slots.get(i), channel);
      }
    }
    failure = null;
    announce();
  }

  /** Slots that stay keep their places, and the workers that wait there. */
  private List<ListenSlot> resized(List<ListenSlot> old, int size) {
    var resized = new ArrayList<>(old.subList(0, Math.min(old.size(), size)));
    for (ListenSlot surplus : old.subList(resized.size(), old.size())) {
      takeOut(surplus);
      surplus.remove();
    }
    while (resized.size() < size) {
      resized.add(new ListenSlot(group));
    }
    return List.copyOf(resized);
  }

  /** A worker found {@code channel} closed. Unless we closed it, it is bound again. */
  void lost(ListenSlot slot, ListeningChannel channel) {
    locked(
        () -> {
          if (slot.channel() == channel) {
            takeOut(slot);
            openOrRetry();
          }
        });
  }

  /**
   * Runs {@code change} with the lock; afterwards, without it, does the work that the change left
   * over.
   */
  private void locked(Runnable change) {
    boolean other;
    List<Supplier<TelemetryEvent>> events;
    List<ListeningChannel> closing;
    lock.lock();
    try {
      SocketAddress addressBefore = address;
      Throwable failureBefore = failure;
      change.run();
      other = address != addressBefore || failure != failureBefore;
    } finally {
      closing = List.copyOf(outOfUse);
      outOfUse.clear();
      events = List.copyOf(news);
      news.clear();
      lock.unlock();
    }
    for (ListeningChannel channel : closing) {
      close(channel);
    }
    events.forEach(context::emit);
    if (other) {
      changed.run();
    }
  }

  private void close(ListeningChannel channel) {
    try {
      quietly(channel::quiesce);
      lastCall.accept(channel);
    } finally {
      quietly(channel::close);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void quietly(Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      // it is out of use in any case; a descriptor that would not close is worth an event
      context.emit(() -> new TelemetryEvent.ListenFailed(context.name(), e, Duration.ZERO));
    }
  }

  // ---- below: with the lock held

  private void openOrRetry() {
    if (running && wanted && !open() && retrying == null) {
      try {
        retrying =
            Thread.ofPlatform()
                .inheritInheritableThreadLocals(false)
                .daemon()
                .name(context.name() + " listener retry")
                .start(this::retryUntilOpen);
      } catch (Throwable noThread) { // no memory for one: the supervisor has one, and tries again
        crash.crashed(noThread);
      }
    }
  }

  /**
   * Opens channels; true when all slots have one. A slot with a channel serves, whatever happens to
   * the other slots.
   */
  private boolean open() {
    Transport by = transport;
    if (by == null) {
      return false;
    }
    try {
      for (ListenSlot slot : slots) {
        if (slot.channel() == null) {
          opened(slot, bind(by));
        }
      }
    } catch (IOException
        | IllegalArgumentException
        | UnsupportedOperationException
        | Error e) { // an Error: the transport's bundle is being replaced, or memory is short
      failure = e;
      return false;
    } catch (RuntimeException bug) { // a bug of the transport's: for the supervisor
      crash.crashed(bug);
      return true;
    }
    failure = null;
    announce();
    return true;
  }

  /** Binds one channel. The first channel has the port for itself; later channels share it. */
  private ListeningChannel bind(Transport by) throws IOException {
    ListenSettings settings = context.settings().listen();
    var at =
        new ListenAt(
            settings.address(port >= 0 ? port : settings.port()),
            settings.backlog(),
            settings.options());
    for (ListenSlot slot : slots) {
      ListeningChannel open = slot.channel();
      if (open != null && open.isOpen()) {
        return another(open, at, settings.sockets());
      }
    }
    return by.listen(at);
  }

  private static ListeningChannel another(ListeningChannel open, ListenAt at, int sockets)
      throws IOException {
    try {
      return open.another(at);
    } catch (UnsupportedOperationException e) {
      throw new UnsupportedOperationException(
          "listenSockets is " + sockets + "; allowed: 1 (" + e.getMessage() + ")", e);
    }
  }

  private void opened(ListenSlot slot, ListeningChannel channel) {
    address = channel.localAddress();
    port = ListenMove.portOf(channel, port);
    if (openChannels() == 0) {
      openBacklog = context.settings().listen().backlog();
    }
    slot.open(channel);
  }

  private void announce() {
    SocketAddress now = address;
    if ((!announced || failureTold) && now != null) {
      openedAt = announced ? openedAt : System.nanoTime();
      announced = true;
      boolean failed = failureTold;
      failureTold = false;
      int channels = slots.size();
      news.add(() -> new TelemetryEvent.ListenerStarted(context.name(), now, channels, failed));
    }
  }

  private void closeAll() {
    SocketAddress was = address;
    slots.forEach(this::takeOut);
    address = null;
    failure = null;
    retryEarlier.signalAll();
    if (announced && was != null) {
      announced = false;
      var lasted = Duration.ofNanos(System.nanoTime() - openedAt);
      news.add(() -> new TelemetryEvent.ListenerStopped(context.name(), was, lasted));
    }
  }

  private void takeOut(ListenSlot slot) {
    ListeningChannel channel = slot.close();
    if (channel != null) {
      outOfUse.add(channel);
    }
  }

  // ---- on the retry thread

  private void retryUntilOpen() {
    int failures = 1;
    boolean again = true;
    while (again) {
      Duration wait = Backoff.DEFAULT.after(failures);
      again = waitAndTry(wait);
      failures++;
    }
    changed.run();
  }

  /** Waits, tries, and returns whether to go on trying. */
  @SuppressWarnings("WaitNotInLoop") // waking early only means trying early
  private boolean waitAndTry(Duration wait) {
    locked(
        () -> {
          Throwable reason = failure;
          if (reason != null) {
            failureTold = true;
            news.add(() -> new TelemetryEvent.ListenFailed(context.name(), reason, wait));
          }
        });
    changed.run();
    var again = new boolean[1];
    locked(
        () -> {
          try {
            if (running && wanted) {
              retryEarlier.awaitNanos(wait.toNanos());
            }
            again[0] = running && wanted && !open();
          } catch (InterruptedException e) {
            again[0] = false; // only the end of the JVM interrupts this thread
          } finally {
            if (!again[0]) {
              retrying = null;
            }
          }
        });
    return again[0];
  }
}
