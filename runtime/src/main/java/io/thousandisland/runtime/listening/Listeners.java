// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.listening;

import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.runtime.supervision.Observer;
import io.thousandisland.runtime.supervision.StartFailedException;
import io.thousandisland.runtime.supervision.Supervisor;
import io.thousandisland.server.ListenerInfo;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of one server, one for each address. A listener that cannot have its address, or
 * crashes, costs the others nothing.
 *
 * <p>An address that names a network interface has a listener for each address that the interface
 * has when the server begins to listen.
 *
 * <p>Thread: changed by the server's own thread, except {@link #prepare}; looked at by any.
 */
public final class Listeners implements Node {

  private final ServerContext context;
  private final Runnable changed;
  private final Consumer<ListeningChannel> lastCall;
  private final Consumer<Runnable> withoutWorkers;
  private final ListenSlot.Group group = new ListenSlot.Group();
  private final Supervisor children;

  /** In the order of the configuration; replaced as a whole. */
  private volatile List<Listener> listeners = List.of();

  /** The slots of all listeners, at least one; replaced as a whole. */
  private volatile List<ListenSlot> slots = List.of();

  /** The transport to listen with; null while the server is not to listen. */
  private volatile @Nullable Transport by;

  private volatile CrashReport crash = reason -> {};

  /**
   * @param changed told, under no lock, when an address or a failure changed, and before a further
   *     try
   * @param lastCall given each channel before it closes; no other thread accepts there
   * @param withoutWorkers runs its argument while no worker waits at a slot
   */
  public Listeners(
      ServerContext context,
      Observer seen,
      Runnable changed,
      Consumer<ListeningChannel> lastCall,
      Consumer<Runnable> withoutWorkers) {
    this.context = context;
    this.changed = changed;
    this.lastCall = lastCall;
    this.withoutWorkers = withoutWorkers;
    this.children =
        Supervisor.oneForOne(context.name() + " " + name(), context::budget, seen, List.of());
    replace(ListenPlace.of(settings().addresses()), null);
  }

  private ListenSettings settings() {
    return context.settings().listen();
  }

  @Override
  public String name() {
    return "listeners";
  }

  @Override
  public void start(CrashReport up) throws Exception {
    crash = up;
    children.start(up);
  }

  @Override
  public void stop() {
    children.stop();
  }

  /** The slot that acceptor {@code number} works at: acceptors are spread round robin, and wrap. */
  public ListenSlot slotFor(int number) {
    List<ListenSlot> all = slots;
    return all.get((number - 1) % all.size());
  }

  /** The channel of acceptor {@code number}, or else any open channel; null when none is open. */
  public @Nullable ListeningChannel channelFor(int number) {
    ListeningChannel its = slotFor(number).channel();
    return its != null
        ? its
        : slots.stream().map(ListenSlot::channel).filter(Objects::nonNull).findFirst().orElse(null);
  }

  /** A worker found {@code channel} closed. Unless we closed it, it is bound again. */
  public void lost(ListenSlot slot, ListeningChannel channel) {
    for (Listener listener : listeners) {
      if (listener.slots().contains(slot)) {
        listener.lost(slot, channel);
      }
    }
  }

  /**
   * Listens with {@code transport}, as soon as this node is started. Returns after the first try at
   * each address.
   */
  public void listen(Transport transport) {
    boolean begins = by == null;
    by = transport;
    if (begins) {
      lookForInterfaces();
    }
    listeners.forEach(listener -> listener.listen(transport));
  }

  /** Refuses new connections from now on, at all addresses. */
  public void silence() {
    by = null;
    listeners.forEach(Listener::silence);
  }

  /** An interface that was missed may be there now. */
  public void lookAgain() {
    if (listeners.stream().anyMatch(each -> each.failure() instanceof UnknownHostException)) {
      lookForInterfaces();
    }
  }

  private void lookForInterfaces() {
    List<ListenPlace> places = ListenPlace.of(settings().addresses());
    if (!places.equals(listeners.stream().map(Listener::place).toList())) {
      withoutWorkers.accept(() -> replace(places, null));
    }
  }

  // ---- changed settings

  /**
   * Binds the channels that {@code next} needs beside the bound channels, and changes nothing else.
   * While the server listens nowhere there is nothing to prepare: then an address that cannot be
   * had is found out later, and tried again. One caller at a time. Without a lock, because finding
   * the address of a host may take long.
   */
  public ListenPlan.Prepared prepare(ListenSettings next) {
    for (; ; ) {
      ListenSettings now = settings();
      Transport transport = by;
      Map<ListenPlace, List<ListeningChannel>> open = inUse();
      if (next.equals(now) || transport == null || open.values().stream().allMatch(List::isEmpty)) {
        return ListenPlan.Prepared.NOTHING;
      }
      ListenPlan.Prepared prepared = ListenPlan.prepare(now, next, transport, open);
      if (prepared.problem().isEmpty() || open.equals(inUse())) {
        return prepared;
      } // else channels have closed meanwhile: no problem of the settings
    }
  }

  private Map<ListenPlace, List<ListeningChannel>> inUse() {
    var open = new HashMap<ListenPlace, List<ListeningChannel>>();
    listeners.forEach(listener -> open.put(listener.place(), listener.inUse()));
    return open;
  }

  /**
   * Applies the changed settings, which are in force already. Listeners whose address stays keep
   * their channels. Listeners at new addresses have theirs before the others give theirs up.
   */
  public void take(@Nullable ListenPlan plan, ListenSettings before) {
    ListenSettings now = settings();
    if (now.equals(before)) {
      return;
    }
    List<ListenPlace> places = plan == null ? ListenPlace.of(now.addresses()) : plan.places();
    boolean sameSlots =
        now.sockets() == before.sockets()
            && places.equals(listeners.stream().map(Listener::place).toList());
    if (sameSlots) {
      retake(plan, before);
    } else { // workers find their new places
      withoutWorkers.accept(
          () -> {
            retake(plan, before);
            replace(places, plan);
          });
    }
  }

  /** Applies settings of the channels to the listeners whose address stays. */
  private void retake(@Nullable ListenPlan plan, ListenSettings before) {
    if (!settings().opensLike(before)) {
      List<ListenPlace> staying =
          plan == null ? ListenPlace.of(settings().addresses()) : plan.places();
      listeners.stream()
          .filter(each -> staying.contains(each.place()))
          .forEach(each -> each.take(plan == null ? null : plan.at(each.place())));
    }
  }

  /** Has a listener at each of {@code places}, and at no other. */
  private void replace(List<ListenPlace> places, @Nullable ListenPlan plan) {
    List<Listener> before = listeners;
    var after = new ArrayList<Listener>();
    for (ListenPlace place : places) {
      after.add(
          before.stream()
              .filter(each -> each.place().equals(place))
              .findFirst()
              .orElseGet(() -> made(place, plan)));
    }
    listeners = List.copyOf(after);
    slots = after.stream().flatMap(each -> each.slots().stream()).toList();
    after.stream().filter(each -> !before.contains(each)).forEach(this::add);
    for (Listener gone : before) {
      if (!after.contains(gone)) {
        children.remove(gone);
        gone.silence(); // it may have been adopted, and never started
        gone.remove();
      }
    }
  }

  private Listener made(ListenPlace place, @Nullable ListenPlan plan) {
    var made = new Listener(context, place, group, changed, lastCall);
    ListenMove move = plan == null ? null : plan.at(place);
    if (move != null) {
      made.adopt(move);
    }
    return made;
  }

  private void add(Listener made) {
    Transport transport = by;
    if (transport == null) {
      made.silence(); // closes the channels that were prepared
    } else {
      made.listen(transport);
    }
    try {
      children.add(made);
    } catch (StartFailedException e) {
      crash.crashed(e);
    }
  }

  // ---- facts

  /** The first of the addresses where it listens; null while it listens nowhere. */
  public @Nullable SocketAddress address() {
    for (Listener listener : listeners) {
      SocketAddress its = listener.address();
      if (its != null) {
        return its;
      }
    }
    return null;
  }

  /** Whether it listens at one address, at least, as it should. */
  public boolean serves() {
    return listeners.stream().anyMatch(each -> each.address() != null && each.failure() == null);
  }

  /** The reasons why it does not listen where it should, for people; null when there are none. */
  public @Nullable String trouble() {
    List<String> all =
        listeners.stream().map(Listener::trouble).filter(Objects::nonNull).distinct().toList();
    return all.isEmpty() ? null : String.join("; ", all);
  }

  /** The setting that the channels were not opened with yet; null when there is none. */
  public @Nullable String pending() {
    return listeners.stream()
        .map(Listener::pending)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  public List<ListenerInfo> infos() {
    return listeners.stream().map(Listener::info).toList();
  }

  /** The slots of all listeners, in the order in which acceptors are spread over them. */
  List<ListenSlot> slots() {
    return slots;
  }
}
