package io.thousandisland.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A drain that is under way, or over: something to watch, to wait for and to cut short.
 *
 * <p>Thread: any.
 */
@ProviderType
public interface Drain {

  /** What is drained, in words: {@code server}, {@code acceptor 3}, {@code generation 2}. */
  String what();

  /** How far it is, as of now. */
  Progress progress();

  /**
   * Ends the phase it is in: what cannot migrate at once is advised to finish, what was advised is
   * shut down, what was shut down is closed by force. Without effect when it is over.
   */
  void cutShort();

  /** Completes when it is over. Completing or cancelling it changes nothing. */
  CompletableFuture<Drained> result();

  /** What a drain does, in this order. */
  enum Phase {
    /** Connections move to another handler, or begin to wait for one. */
    MIGRATION,
    /** Connections have heard handleDrain and may finish, for the drain timeout. */
    ADVICE,
    /** Those left have heard handleShutdown, for the shutdown timeout. */
    SHUTDOWN,
    /** Those left are closed by force. */
    FORCE,
    OVER
  }

  /**
   * A snapshot of a drain.
   *
   * @param remaining connections still to end
   * @param ended connections that have ended
   * @param elapsed since it began
   */
  record Progress(Phase phase, int remaining, int ended, Duration elapsed) {}
}
