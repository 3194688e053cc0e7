// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.drain;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.signals.Uninterruptibly;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A source of connections that can be told to accept nothing for a while: an acceptor.
 *
 * <p>Thread: any.
 */
public interface Pausable {

  /** For the report of a drain. */
  String name();

  /** Its live connections. */
  Collection<Connection> live();

  /**
   * Accepts nothing until it is resumed.
   *
   * @return opens when it has come to rest and the connection in hand is handed over
   */
  CountDownLatch pause();

  /** Accepts again. */
  void resume();

  /** Pauses {@code all}, and returns when they have come to rest. */
  static void pause(Collection<? extends Pausable> all) {
    List<CountDownLatch> resting = all.stream().map(Pausable::pause).toList();
    boolean unused = Uninterruptibly.awaitAll(resting, Uninterruptibly.in(Uninterruptibly.PROMPT));
  }
}
