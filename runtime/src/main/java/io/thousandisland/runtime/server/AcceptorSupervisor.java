package io.thousandisland.runtime.server;

import io.thousandisland.runtime.supervision.Crash;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.runtime.supervision.Observer;
import io.thousandisland.runtime.supervision.Supervisor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The acceptors of one server, numbered from 1, as many as its settings say.
 *
 * <p>Thread: changed by the server's own thread, looked at by any.
 */
final class AcceptorSupervisor implements Node {

  private final ServerContext context;
  private final Listener listener;
  private final Observer seen;
  private final List<Acceptor> acceptors = new CopyOnWriteArrayList<>();
  private final Supervisor children;

  /** Those being taken away; the server's own thread only. */
  private final Set<Acceptor> leaving = new HashSet<>();

  AcceptorSupervisor(ServerContext context, Listener listener, Observer seen) {
    this.context = context;
    this.listener = listener;
    this.seen = seen;
    for (int number = 1; number <= context.settings().acceptors(); number++) {
      acceptors.add(new Acceptor(context, number, listener, seen));
    }
    this.children = Supervisor.oneForOne(name(), context::budget, seen, List.copyOf(acceptors));
  }

  @Override
  public String name() {
    return "acceptors";
  }

  @Override
  public void start(Crash crash) throws Exception {
    children.start(crash);
  }

  /** All workers are told first, so that what one is waited for the others need no more. */
  @Override
  public void stop() {
    acceptors.forEach(acceptor -> acceptor.worker().halt());
    children.stop();
  }

  /**
   * Starts or takes away acceptors until there are as many as the settings say.
   *
   * @return those taken away: they accept nothing any more; their connections are still to be
   *     drained, and {@link #remove} is to be called then
   */
  List<Acceptor> resize() throws Exception {
    int wanted = context.settings().acceptors();
    for (int number = 1; number <= wanted; number++) {
      // one that is being taken away keeps its number until it is gone, and is replaced then
      if (!has(number)) {
        add(new Acceptor(context, number, listener, seen));
      }
    }
    List<Acceptor> surplus =
        acceptors.stream().filter(each -> each.number() > wanted && leaving.add(each)).toList();
    Acceptor.pause(surplus);
    return surplus;
  }

  private boolean has(int number) {
    return acceptors.stream().anyMatch(acceptor -> acceptor.number() == number);
  }

  private void add(Acceptor acceptor) throws Exception {
    acceptors.add(acceptor);
    try {
      children.add(acceptor);
    } catch (Exception e) {
      acceptors.remove(acceptor);
      throw e;
    }
  }

  /** Takes one away for good; {@link #resize} is to be called then: it may be wanted again. */
  void remove(Acceptor surplus) {
    acceptors.remove(surplus);
    leaving.remove(surplus);
    children.remove(surplus);
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

  int size() {
    return acceptors.size();
  }

  /** All live connections, as of now. */
  Collection<Connection> live() {
    var all = new ArrayList<Connection>();
    acceptors.forEach(acceptor -> all.addAll(acceptor.connections().live()));
    return all;
  }
}
