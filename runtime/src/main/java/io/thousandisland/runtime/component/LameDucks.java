package io.thousandisland.runtime.component;

import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.signals.Uninterruptibly;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The servers of a framework that stops: they are lame ducks together, before the framework stops
 * the first bundle.
 *
 * <p>Each server hears of the stop on the thread that stops the framework, one server after the
 * other. The first one makes all of them lame ducks and holds that thread until their time is over,
 * so that handlers and transports are still there. The others find nothing to do.
 *
 * <p>Thread: any.
 */
final class LameDucks {

  /** The time beyond the longest ready delay, for threads that get no processor. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final List<ServerNode> servers = new CopyOnWriteArrayList<>();

  /** Guarded by this. */
  private boolean begun;

  void add(ServerNode server) {
    servers.add(server);
  }

  void remove(ServerNode server) {
    servers.remove(server);
  }

  /** Returns when no server is a lame duck any more. Does something only once. */
  synchronized void await() {
    if (begun) {
      return;
    }
    begun = true;
    List<ServerNode> delayed = servers.stream().filter(s -> s.readyDelay().isPositive()).toList();
    var over =
        CompletableFuture.allOf(
            delayed.stream().map(ServerNode::beLameDuck).toArray(CompletableFuture[]::new));
    Duration longest =
        delayed.stream().map(ServerNode::readyDelay).max(Duration::compareTo).orElse(Duration.ZERO);
    boolean unused = Uninterruptibly.await(over, Uninterruptibly.in(longest.plus(PATIENCE)));
  }
}
