package io.thousandisland.runtime.server;

import io.thousandisland.runtime.supervision.Backoff;
import io.thousandisland.runtime.supervision.Crash;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The listening channels of one server.
 *
 * <p>It is told whether to listen ({@link #listen}) or not ({@link #silence}), any number of times;
 * once it has had a port it asks for the same one again, an ephemeral one included. A port that
 * cannot be had, and a channel that is lost, are weather, not bugs: it says so, keeps trying with
 * exponential backoff, and costs no connection.
 *
 * <p>Thread: any calls; one lock guards all fields, held while the transport binds or closes, never
 * while connections or handlers run. Tries after the first run on a thread of their own.
 */
final class Listener implements Node {

  private final ServerContext context;
  private final Runnable changed;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition retryEarlier = lock.newCondition();

  private volatile List<ListenSlot> slots;

  // guarded by lock; the volatile ones are read without it for status
  private @Nullable Transport transport;
  private boolean running;
  private boolean wanted;
  private @Nullable Thread retrying;
  private int port = -1;
  private boolean announced;
  private long openedAt;
  private Crash crash = reason -> {};
  private volatile @Nullable SocketAddress address;
  private volatile @Nullable Throwable failure;

  /**
   * @param changed told, without the lock, when {@link #address} or {@link #failure} changed
   */
  Listener(ServerContext context, Runnable changed) {
    this.context = context;
    this.changed = changed;
    this.slots = newSlots();
  }

  private List<ListenSlot> newSlots() {
    var made = new ArrayList<ListenSlot>();
    for (int i = 0; i < context.settings().listen().sockets(); i++) {
      made.add(new ListenSlot());
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

  /** Where it listens; null while it does not. */
  @Nullable SocketAddress address() {
    return address;
  }

  /** Why it does not listen though it should. */
  @Nullable Throwable failure() {
    return failure;
  }

  int openChannels() {
    return (int) slots.stream().filter(slot -> slot.channel() != null).count();
  }

  @Override
  public void start(Crash up) {
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

  /**
   * Takes up changed settings: closes, and opens again with them if it should.
   *
   * @param elsewhere false when the port that it had is to be kept, an ephemeral one included
   */
  void reopen(boolean elsewhere) {
    locked(
        () -> {
          closeAll();
          port = elsewhere ? -1 : port;
          if (slots.size() != context.settings().listen().sockets()) {
            slots = newSlots();
          }
          openOrRetry();
        });
  }

  /** A worker found {@code channel} closed. Unless that was our doing, it is bound again. */
  void lost(ListenSlot slot, ListeningChannel channel) {
    locked(
        () -> {
          if (slot.channel() == channel) {
            close(slot);
            openOrRetry();
          }
        });
  }

  private void locked(Runnable change) {
    boolean news;
    lock.lock();
    try {
      SocketAddress addressBefore = address;
      Throwable failureBefore = failure;
      change.run();
      news = address != addressBefore || failure != failureBefore;
    } finally {
      lock.unlock();
    }
    if (news) {
      changed.run();
    }
  }

  // ---- below: with the lock held

  private void openOrRetry() {
    if (running && wanted && !open() && retrying == null) {
      retrying =
          Thread.ofPlatform()
              .inheritInheritableThreadLocals(false)
              .daemon()
              .name(context.name() + " listener retry")
              .start(this::retryUntilOpen);
    }
  }

  /**
   * True when all slots have a channel. Those that have one serve, whatever becomes of the others.
   */
  private boolean open() {
    Transport by = transport;
    if (by == null) {
      return false;
    }
    try {
      for (ListenSlot slot : slots) {
        if (slot.channel() == null) {
          openOne(slot, by);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      failure = e;
      return false;
    } catch (RuntimeException bug) { // of the transport's: for the supervisor
      crash.crashed(bug);
      return true;
    }
    failure = null;
    if (!announced) {
      announced = true;
      openedAt = System.nanoTime();
      context.emit(() -> new TelemetryEvent.ListenerStarted(context.name(), at(), slots.size()));
    }
    return true;
  }

  private SocketAddress at() {
    SocketAddress now = address;
    return now == null ? new InetSocketAddress(0) : now;
  }

  private void openOne(ListenSlot slot, Transport by) throws IOException {
    ListenSettings settings = context.settings().listen();
    var at =
        new ListenAt(
            settings.host(),
            port >= 0 ? port : settings.port(),
            settings.backlog(),
            settings.sockets() > 1,
            settings.options());
    ListeningChannel channel = by.listen(at);
    address = channel.localAddress();
    if (address instanceof InetSocketAddress inet) {
      port = inet.getPort();
    }
    slot.open(channel);
  }

  private void closeAll() {
    SocketAddress was = address;
    slots.forEach(this::close);
    address = null;
    failure = null;
    retryEarlier.signalAll();
    if (announced && was != null) {
      announced = false;
      var lasted = Duration.ofNanos(System.nanoTime() - openedAt);
      context.emit(() -> new TelemetryEvent.ListenerStopped(context.name(), was, lasted));
    }
  }

  private void close(ListenSlot slot) {
    ListeningChannel channel = slot.close();
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // it is out of use in any case; a descriptor that would not close is worth telling
        context.emit(() -> new TelemetryEvent.ListenFailed(context.name(), e, Duration.ZERO));
      }
    }
  }

  // ---- on the retry thread

  private void retryUntilOpen() {
    try {
      int failures = 1;
      while (waitAndTry(Backoff.DEFAULT.after(failures))) {
        failures++;
      }
    } finally {
      changed.run();
    }
  }

  /** Waits, tries, and says whether to go on trying. */
  @SuppressWarnings("WaitNotInLoop") // waking early only means trying early
  private boolean waitAndTry(Duration wait) {
    Throwable reason = failure;
    if (reason != null) {
      context.emit(() -> new TelemetryEvent.ListenFailed(context.name(), reason, wait));
    }
    changed.run();
    lock.lock();
    boolean again = false;
    try {
      if (running && wanted) {
        retryEarlier.awaitNanos(wait.toNanos());
      }
      again = running && wanted && !open();
      return again;
    } catch (InterruptedException e) {
      return false; // nobody interrupts this thread but the end of the JVM
    } finally {
      if (!again) {
        retrying = null;
      }
      lock.unlock();
    }
  }
}
