// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.signals.Uninterruptibly;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The servers of a framework that stops: they begin to leave together, before the framework stops
 * the first bundle.
 *
 * <p>Each server hears of the stop on the thread that stops the framework, one server after the
 * other. The first one lets all of them leave: a server with a ready delay is a lame duck, and any
 * other server drains at once. It holds that thread until no server is a lame duck, so that
 * handlers and transports are still there. The others find nothing to do.
 *
 * <p>Thread: any; no lock is held.
 */
final class LameDucks {

  /** The time beyond the longest ready delay, for threads that get no processor. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final List<ServerNode> servers = new CopyOnWriteArrayList<>();
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  void add(ServerNode server) {
    servers.add(server);
  }

  void remove(ServerNode server) {
    servers.remove(server);
  }

  /** Returns when no server is a lame duck any more. Does something only once. */
  void await() {
    if (begun.compareAndSet(false, true)) {
      try {
        leaveTogether();
      } finally {
        over.complete(null);
      }
    } else {
      over.join(); // no longer than the first caller's deadline
    }
  }

  private void leaveTogether() {
    List<ServerNode> all = List.copyOf(servers);
    Duration longest =
        all.stream().map(ServerNode::readyDelay).max(Duration::compareTo).orElse(Duration.ZERO);
    var closed =
        CompletableFuture.allOf(
            all.stream().map(ServerNode::beginToStop).toArray(CompletableFuture[]::new));
    boolean unused = Uninterruptibly.await(closed, Uninterruptibly.in(longest.plus(PATIENCE)));
  }
}
