// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.server.ListenerInfo;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The first try of a server to listen at all its addresses. In a framework a server that cannot
 * listen tries again later; here its start fails.
 *
 * <p>Thread: one waits; those of the server report to it.
 */
final class FirstTry {

  /** The longest wait for the first try, which may look up names. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ServerNode node;

  /** Counted down when the server listens, or has failed to. */
  private final CountDownLatch over = new CountDownLatch(1);

  private FirstTry(ServerNode node) {
    this.node = node;
  }

  /** The first try of {@code node}, which is not started yet. */
  static FirstTry of(ServerNode node) {
    var first = new FirstTry(node);
    node.onChange(first::look);
    return first;
  }

  private void look() {
    if (node.status() == Status.RUNNING || node.status() == Status.FAILED) {
      over.countDown();
    }
  }

  /**
   * Returns when the server listens everywhere.
   *
   * @throws StartFailedException when it cannot, or the thread is interrupted
   */
  void await() {
    try {
      boolean unused = over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted");
    }
    String trouble = trouble();
    if (!trouble.isEmpty()) {
      throw failed(trouble);
    }
  }

  private StartFailedException failed(String why) {
    return new StartFailedException("server " + node.name() + " cannot start: " + why);
  }

  /** Why it does not listen everywhere; empty when it does. */
  private String trouble() {
    ServerInfo info = node.info();
    List<String> places =
        info.listeners().stream()
            .filter(each -> each.trouble().isPresent())
            .map(FirstTry::trouble)
            .toList();
    if (!places.isEmpty()) {
      return String.join("; ", places);
    }
    return info.ready() ? "" : (info.status() + " " + info.reason().orElse("")).strip();
  }

  private static String trouble(ListenerInfo place) {
    return place.trouble().map(why -> place.listen() + ": " + why).orElse("");
  }
}
