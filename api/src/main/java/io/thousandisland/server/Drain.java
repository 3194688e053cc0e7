// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A drain that is under way, or over: a handle to watch it, to wait for it and to cut it short.
 *
 * <p>Thread: any.
 */
@ProviderType
public interface Drain {

  /**
   * The thing that is drained, in words: {@code server}, {@code acceptor 3}, {@code generation 2}.
   */
  String what();

  /** How far the drain is, as of now. */
  Progress progress();

  /**
   * Ends the phase that the drain is in: a lame duck stops to accept, connections that cannot
   * migrate at once are advised to finish, advised connections are shut down, connections that were
   * shut down are closed by force. Without effect when the drain is over.
   */
  void cutShort();

  /** Completes when the drain is over. Completing or cancelling the future changes nothing. */
  CompletableFuture<Drained> result();

  /** The phases of a drain, in this order. */
  enum Phase {
    /** The server is not ready any more, but accepts and serves as before, for the ready delay. */
    LAME_DUCK,
    /** Connections move to another handler, or begin to wait for one. */
    MIGRATION,
    /** Connections have heard handleDrain and may finish, for the drain timeout. */
    ADVICE,
    /** The connections left have heard handleShutdown, for the shutdown timeout. */
    SHUTDOWN,
    /** The connections left are closed by force. */
    FORCE,
    OVER
  }

  /**
   * A snapshot of a drain.
   *
   * @param remaining connections still to end
   * @param ended connections that have ended
   * @param elapsed time since the drain began
   */
  record Progress(Phase phase, int remaining, int ended, Duration elapsed) {}
}
