// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.listening;

import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.supervision.Backoff;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.server.ListenerInfo;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The listening channels of one server at one address.
 *
 * <p>The server tells it to listen ({@link #listen}) or not ({@link #silence}), any number of
 * times. Once the listener has had a port it asks for the same port again, an ephemeral port
 * included. An address that cannot be had, and a channel that is lost, are expected, not bugs: the
 * listener reports them, keeps trying with exponential backoff, and costs no connection. The
 * listeners at other addresses notice nothing.
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
  private final ListenPlace place;
  private final ListenSlot.Group group;
  private final Runnable changed;
  private final Consumer<ListeningChannel> lastCall;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition retryEarlier = lock.newCondition();

  // guarded by lock; the volatile fields are read without it for status
  private volatile List<ListenSlot> slots;
  private @Nullable Transport transport;
  private boolean running;
  private boolean wanted;
  private @Nullable Thread retrying;
  private volatile int port = -1;
  private boolean announced;

  /** True when the last event about the address said that the server cannot listen. */
  private boolean failureTold;

  private long openedAt;
  private CrashReport crash = reason -> {};
  private volatile @Nullable SocketAddress address;
  private volatile @Nullable Throwable failure;

  /** The settings that the oldest of the open channels was opened with; not all can change live. */
  private volatile @Nullable ListenSettings openedWith;

  /** Events to be emitted when the lock is released. */
  private final List<Supplier<TelemetryEvent>> news = new ArrayList<>();

  /**
   * Channels out of use, to be closed when the lock is released, so that clients that wait there
   * are taken.
   */
  private final List<ListeningChannel> outOfUse = new ArrayList<>();

  /**
   * @param group of the slots of all listeners of the server
   * @param changed told, without the lock, when {@link #address} or {@link #failure} changed, and
   *     before each further try
   * @param lastCall given each channel before it closes, without the lock; no other thread accepts
   *     there
   */
  Listener(
      ServerContext context,
      ListenPlace place,
      ListenSlot.Group group,
      Runnable changed,
      Consumer<ListeningChannel> lastCall) {
    this.context = context;
    this.place = place;
    this.group = group;
    this.changed = changed;
    this.lastCall = lastCall;
    this.slots = resized(List.of(), settings().sockets());
  }

  private ListenSettings settings() {
    return context.settings().listen();
  }

  @Override
  public String name() {
    return "listener " + text();
  }

  /** Where it listens, or tries to. */
  ListenPlace place() {
    return place;
  }

  /** As {@link #place}, for people. */
  private String text() {
    return place.text(port);
  }

  /** The slots of its channels, at least one. */
  List<ListenSlot> slots() {
    return slots;
  }

  /** The address where it listens; null while it does not. */
  @Nullable SocketAddress address() {
    return address;
  }

  /** The reason why it does not listen, or not with all its channels, though it should. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** As {@link #failure}, for people; null when there is none. */
  @Nullable String trouble() {
    Throwable reason = failure;
    return reason == null
        ? null
        : "cannot listen at %s: %s"
            .formatted(
                text(),
                reason.getMessage() == null
                    ? reason
                    : place.withoutAddress(reason.getMessage(), port));
  }

  /** The setting that the channels were not opened with yet; null when there is none. */
  @Nullable String pending() {
    ListenSettings now = settings();
    ListenSettings then = openedWith;
    if (address == null || then == null) {
      return null;
    } else if (then.backlog() != now.backlog()) {
      return "backlog is %d until the port is opened again, then %d"
          .formatted(then.backlog(), now.backlog());
    }
    return then.access().equals(now.access()) || !(place.address() instanceof ListenAddress.Unix)
        ? null
        : "unixPermissions, unixOwner and unixGroup apply when %s is opened again"
            .formatted(place.address());
  }

  ListenerInfo info() {
    return new ListenerInfo(
        text(), Optional.ofNullable(address), openChannels(), Optional.ofNullable(trouble()));
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

  /** The channels in use; none while it does not listen, or not with all its channels. */
  List<ListeningChannel> inUse() {
    lock.lock();
    try {
      return address == null || openChannels() < slots.size()
          ? List.of()
          : slots.stream().map(ListenSlot::channel).map(Objects::requireNonNull).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the channels of {@code move} before it is started. */
  void adopt(ListenMove move) {
    locked(
        () -> {
          for (int i = 0; i < move.channels().size(); i++) {
            opened(slots.get(i), move.channels().get(i));
          }
        });
  }

  /**
   * Applies the changed settings, which are in force already: with the channels that were prepared
   * for them, or by opening channels again if it should listen and does not. Meanwhile no worker
   * waits at a slot of it, if the number of channels changes.
   */
  void take(@Nullable ListenMove move) {
    locked(
        () -> {
          if (move != null && running && wanted && areFirst(move.inUse(), slots)) {
            swap(move);
          } else {
            closeAll();
            if (move != null) {
              outOfUse.addAll(move.opened());
            }
            slots = resized(slots, settings().sockets());
          }
        });
    locked(this::openOrRetry); // when the old channels have been closed
  }

  /** Whether these channels are those of the first slots. */
  private static boolean areFirst(List<ListeningChannel> channels, List<ListenSlot> slots) {
    return slots.stream().map(ListenSlot::channel).limit(channels.size()).toList().equals(channels);
  }

  private void swap(ListenMove move) {
    slots = resized(slots, move.channels().size());
    for (int i = move.kept(); i < move.channels().size(); i++) {
      opened(slots.get(i), move.channels().get(i));
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

  /** The slots are in use no more. After the stop; no worker waits there. */
  void remove() {
    slots.forEach(ListenSlot::remove);
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
      context.emit(() -> new TelemetryEvent.ListenFailed(context.name(), text(), e, Duration.ZERO));
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
                .name(context.name() + " listener " + text() + " retry")
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
    ListenSettings settings = settings();
    var at =
        new ListenAt(place.at(port), settings.backlog(), settings.options(), settings.access());
    for (ListenSlot slot : slots) {
      ListeningChannel open = slot.channel();
      if (open != null && open.isOpen()) {
        return ListenMove.another(open, at, settings);
      }
    }
    return by.listen(at);
  }

  private void opened(ListenSlot slot, ListeningChannel channel) {
    address = channel.localAddress();
    port = ListenMove.portOf(channel, port);
    if (openChannels() == 0) {
      openedWith = settings();
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
      String at = text();
      news.add(() -> new TelemetryEvent.ListenerStarted(context.name(), at, now, channels, failed));
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
      String at = text();
      news.add(() -> new TelemetryEvent.ListenerStopped(context.name(), at, was, lasted));
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
            news.add(() -> new TelemetryEvent.ListenFailed(context.name(), text(), reason, wait));
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
