// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.wire.Wire;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.transport.TransportSocket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The part of a connection that its conversation and its migration use. The connection implements
 * it.
 *
 * <p>Thread: the connection's own, except {@link #force}.
 */
public interface Host extends Wire {

  /** The reasons for which its thread goes on. */
  Signals signals();

  /** The server's name and the connection's number and label. */
  String threadName();

  /** The handshake is done; it took {@code handshake}. */
  void ready(Duration handshake);

  /** Goes on on another thread. The caller's thread must not touch the connection afterwards. */
  void goOnElsewhere();

  /**
   * Whether the handler is to be advised to finish now. Only once in each generation, however many
   * drains want it at the same time.
   *
   * @param drains true for a drain of the server or the acceptor; false for a drain of a generation
   */
  boolean isAdviceDue(boolean drains);

  /** Whether the connection is to leave {@code one} though other connections stay in it. */
  boolean leavesAhead(@Nullable Generation one);

  /**
   * The connection has moved to another handler. Advice that was given holds for that handler too.
   */
  void moved();

  /** Advises the handler of {@code ending} to finish. Any thread. */
  void retire(Generation ending);

  /**
   * The ending that the reaper has asked for, or will ask for when the advice to finish has no
   * effect; null when it asks for none.
   */
  @Nullable Ending verdict();

  /** Runs over {@code upgraded} from now on. */
  void transport(TransportSocket upgraded);

  /** Closes the socket, whatever the handler does, and interrupts the handler. Any thread. */
  void force();
}
