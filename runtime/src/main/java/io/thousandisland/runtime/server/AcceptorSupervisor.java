// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.drain.Pausable;
import io.thousandisland.runtime.listening.Accepted;
import io.thousandisland.runtime.listening.Listeners;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.runtime.supervision.Observer;
import io.thousandisland.runtime.supervision.Supervisor;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The acceptors of one server, numbered from 1, as many as its settings say.
 *
 * <p>Thread: changed by the server's own thread, looked at by any.
 */
final class AcceptorSupervisor implements Node {

  /** The longest time of a last call, while clients come as fast as they are taken. */
  private static final Duration LAST_CALL = Duration.ofSeconds(1);

  private final ServerContext context;
  private final Listeners listeners;
  private final Observer seen;
  private final List<Acceptor> acceptors = new CopyOnWriteArrayList<>();

  /**
   * Acceptors taken away, and not drained yet. A new one of the same number may be there already.
   */
  private final List<Acceptor> leaving = new CopyOnWriteArrayList<>();

  private final Supervisor children;

  /** Whether the acceptors take connections. */
  private volatile boolean up;

  AcceptorSupervisor(ServerContext context, Listeners listeners, Observer seen) {
    this.context = context;
    this.listeners = listeners;
    this.seen = seen;
    for (int number = 1; number <= context.settings().acceptors(); number++) {
      acceptors.add(new Acceptor(context, number, listeners, seen));
    }
    this.children =
        Supervisor.oneForOne(
            context.name() + " " + name(), context::budget, seen, List.copyOf(acceptors));
  }

  @Override
  public String name() {
    return "acceptors";
  }

  @Override
  public void start(CrashReport crash) throws Exception {
    children.start(crash);
    up = true;
  }

  /** Tells all workers first: while one worker is waited for, the other workers end too. */
  @Override
  public void stop() {
    up = false;
    acceptors.forEach(acceptor -> acceptor.worker().halt());
    leaving.forEach(acceptor -> acceptor.worker().halt());
    children.stop();
  }

  /**
   * Starts or takes away acceptors until there are as many as the settings say.
   *
   * @return the acceptors taken away: they accept nothing any more; their connections are still to
   *     be drained, and {@link #remove} is to be called then
   */
  List<Acceptor> resize() throws Exception {
    int wanted = context.settings().acceptors();
    for (int number = acceptors.size() + 1; number <= wanted; number++) {
      var acceptor = new Acceptor(context, number, listeners, seen);
      children.add(acceptor);
      acceptors.add(acceptor);
    }
    var surplus = List.copyOf(acceptors.subList(wanted, acceptors.size()));
    leaving.addAll(surplus); // first: at no time are their connections unknown
    acceptors.removeAll(surplus);
    Pausable.pause(surplus);
    return surplus;
  }

  /**
   * Takes the clients that the kernel has queued at {@code closing}, as long as there is a handler
   * and a place for them: the clients have connected, and would be reset. No other thread accepts
   * there.
   */
  void takeWaiting(ListeningChannel closing) {
    List<Acceptor> some = List.copyOf(acceptors); // the number may change meanwhile
    long deadline = System.nanoTime() + LAST_CALL.toNanos();
    for (int i = 0; up && !some.isEmpty() && System.nanoTime() - deadline < 0; i++) {
      Acceptor next = some.get(i % some.size());
      if (context.generations.serving() == null
          || next.connections().isFull()
          || context.admission.tryTakeRate() > 0) {
        return;
      }
      if (!context.admission.permits.tryAcquire()) {
        context.admission.giveRateBack();
        return;
      }
      boolean admitted = false;
      try {
        TransportSocket socket = closing.accept();
        if (socket == null) {
          return;
        }
        admitted = next.connections().admit(new Accepted(socket, closing));
      } catch (IOException | RuntimeException | Error over) {
        return; // closed already, or no descriptor: then no client can be taken
      } finally {
        if (!admitted) {
          context.admission.giveRateBack();
          context.admission.permits.release();
        }
      }
    }
  }

  /** Counts the addresses of all connections, after a change of the settings. */
  void countAddresses() {
    withLeaving().forEach(acceptor -> acceptor.connections().countAddresses());
  }

  /** A limit may have changed for which workers wait. */
  void lookForPlaces() {
    acceptors.forEach(acceptor -> acceptor.worker().lookForPlace());
  }

  /** Forgets a surplus acceptor, which has no connection left. */
  void remove(Acceptor surplus) {
    children.remove(surplus);
    leaving.remove(surplus);
  }

  /**
   * The acceptor of that number.
   *
   * @throws IllegalArgumentException when there is none; the message says which there are
   */
  Acceptor acceptor(int number) {
    return acceptors.stream()
        .filter(acceptor -> acceptor.number() == number)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no acceptor " + number + "; there are 1 to " + acceptors.size()));
  }

  List<Acceptor> all() {
    return acceptors;
  }

  /** All acceptors, and the acceptors taken away whose connections are not drained yet. */
  List<Acceptor> withLeaving() {
    var both = new ArrayList<>(acceptors);
    both.addAll(leaving);
    return both;
  }

  int size() {
    return acceptors.size();
  }

  /** The live connection of that number; null when there is none. */
  @Nullable Connection live(long id) {
    for (Acceptor acceptor : withLeaving()) {
      Connection found = acceptor.connections().live(id);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** As {@link ConnectionSupervisor#showOpen}, for all acceptors. */
  void showOpen(Consumer<Connection> watch) {
    acceptors.forEach(acceptor -> acceptor.connections().showOpen(watch));
    leaving.forEach(acceptor -> acceptor.connections().showOpen(watch));
  }

  /** All live connections, as of now. */
  Collection<Connection> live() {
    var all = new LinkedHashSet<Connection>(); // an acceptor just taken away is seen twice
    acceptors.forEach(acceptor -> all.addAll(acceptor.connections().live()));
    leaving.forEach(acceptor -> all.addAll(acceptor.connections().live()));
    return all;
  }
}
