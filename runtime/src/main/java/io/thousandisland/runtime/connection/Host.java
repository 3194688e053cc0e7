package io.thousandisland.runtime.connection;

import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.wire.Wire;
import io.thousandisland.transport.TransportSocket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a conversation and a migration ask of their connection. The connection implements it.
 *
 * <p>Thread: the connection's own, except {@link #force}.
 */
public interface Host extends Wire {

  /** For threads and log lines: the server's name and the connection's number. */
  String label();

  /** The handshake is done, and took so long. */
  void ready(Duration handshake);

  /** Goes on on another thread. The caller's thread must not touch the connection afterwards. */
  void goOnElsewhere();

  /**
   * Whether the handler is to be advised to finish now. Once in each generation, however many
   * drains want it at the same time.
   *
   * @param drains true for a drain of the server or the acceptor; false for that of a generation
   */
  boolean isAdviceDue(boolean drains);

  /** Whether the connection is to leave {@code one} though others stay in it. */
  boolean leavesAhead(@Nullable Generation one);

  /** The connection has moved to another handler. Advice that was given holds for that one too. */
  void moved();

  /** Advises the handler of {@code ending} to finish. Any thread. */
  void retire(Generation ending);

  /** Runs over {@code upgraded} from now on. */
  void transport(TransportSocket upgraded);

  /** Closes the socket under whatever the handler does, and interrupts it. Any thread. */
  void force();
}
