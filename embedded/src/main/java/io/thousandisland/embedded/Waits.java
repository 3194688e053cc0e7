// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.signals.Uninterruptibly;
import io.thousandisland.server.Drained;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The waits of callers for a server. Each ends, and a thread that the server needs meanwhile is
 * refused.
 *
 * <p>Thread: any.
 */
final class Waits {

  /** How much longer than its own deadlines we wait for a drain that fails to keep them. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final ServerNode node;
  private final Supplier<Duration> wholeDrain;

  /**
   * @param wholeDrain the longest time of a drain, as configured now
   */
  Waits(ServerNode node, Supplier<Duration> wholeDrain) {
    this.node = node;
    this.wholeDrain = wholeDrain;
  }

  // ---- the callers

  /** Whether this thread is in a callback of one of its connections, or in a listener. */
  boolean wouldBeForItself() {
    return node.isCaller() || node.isCallback();
  }

  /**
   * @throws IllegalStateException in a listener that is told on the server's own thread
   */
  void refuseOnOwnThread(String method) {
    if (node.isCaller()) {
      throw refused(method, "in a listener");
    }
  }

  /**
   * @throws IllegalStateException in such a listener, or in a callback of one of its connections
   */
  void refuseInCallback(String method) {
    refuseOnOwnThread(method);
    if (node.isCallback()) {
      throw refused(method, "in a callback of its connections");
    }
  }

  private IllegalStateException refused(String method, String place) {
    return new IllegalStateException(
        "%s of server %s would wait for itself %s; call it on another thread"
            .formatted(method, node.name(), place));
  }

  // ---- the waits

  /**
   * Waits for a drain, whatever keeps the connections.
   *
   * @param otherwise says what they did not do, when the wait was too long
   * @throws IllegalStateException when it was
   */
  Drained await(CompletableFuture<Drained> drain, String otherwise) {
    Duration longest = wholeDrain.get().multipliedBy(2).plus(GRACE);
    if (!Uninterruptibly.await(drain, Uninterruptibly.in(longest))) {
      throw new IllegalStateException("connections of server " + node.name() + " " + otherwise);
    }
    return drain.join();
  }

  /** Begins the server's stop, and waits until its port is closed. */
  void beginToStop() {
    boolean unused =
        Uninterruptibly.await(
            node.beginToStop(), Uninterruptibly.in(node.readyDelay().plus(GRACE)));
  }
}
