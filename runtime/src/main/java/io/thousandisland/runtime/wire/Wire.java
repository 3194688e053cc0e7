// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.TransportSocket;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * The view of a connection that its parts need: its transport socket, its server, and the way to
 * emit an event of its life. The connection implements it.
 *
 * <p>Thread: the connection's own, except where a method says otherwise.
 */
public interface Wire {

  ServerContext context();

  /** Unique in the server, counted from 1. */
  long id();

  Instant started();

  /** The text that the handler gave the connection; empty when it gave none. */
  String label();

  /** Sets the {@link #label}. */
  void label(String text);

  /** From now on the connection takes no place. Idempotent. */
  void uncount();

  /** The socket in use now; another socket after a switch of the transport. */
  TransportSocket transport();

  /** Closes the transport socket. Any thread. */
  void closeTransport();

  /** True once the handler was advised to finish, or is about to be. */
  boolean draining();

  /** Whether a listener hears of each receive and send. */
  boolean traffic();

  /** The identity of the connection and its place, for its events. */
  Span span();

  /** Emits an event of this connection's life, if a listener hears such events. */
  void emit(Supplier<TelemetryEvent> event);

  /** Emits an event that a listener hears. */
  void emit(TelemetryEvent event);
}
