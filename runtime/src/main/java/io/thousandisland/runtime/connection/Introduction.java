// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.ENDING;
import static io.thousandisland.runtime.signals.Signals.READABLE;

import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.wire.HeaderWait;
import io.thousandisland.transport.ThreadLender;
import java.io.IOException;

/**
 * The introduction of a client by its proxy: the wait for the header that the connection begins
 * with, and what follows from the header. It keeps no thread while it waits.
 *
 * <p>Thread: the connection's own.
 */
final class Introduction {

  /** The result of a look at the header. */
  enum Outcome {
    /** The client is known: the conversation may begin. */
    MADE,
    /** The connection rests, or goes on on another thread already: touch nothing. */
    ELSEWHERE,
    /** The connection has ended. */
    REFUSED
  }

  private final Connection connection;
  private final Connection.Registry registry;
  private final Signals signals;

  Introduction(Connection connection, Connection.Registry registry, Signals signals) {
    this.connection = connection;
    this.registry = registry;
    this.signals = signals;
  }

  Outcome by(HeaderWait wait) throws IOException {
    for (; ; ) {
      int why = signals.take(READABLE | DEADLINE | ENDING);
      HeaderWait.Found found = (why & ENDING) == 0 ? wait.look() : new HeaderWait.Found.Gone();
      switch (found) {
        case HeaderWait.Found.Nothing nothing -> {
          signals.deadline(wait.until());
          if (signals.rest(READABLE | DEADLINE | ENDING)) {
            return Outcome.ELSEWHERE;
          }
        }
        case HeaderWait.Found.Client client -> {
          return known(wait, client);
        }
        case HeaderWait.Found.Refused refused -> {
          registry.strayed(connection, refused.reason());
          return refused();
        }
        case HeaderWait.Found.Gone gone -> {
          registry.strayed(connection, null);
          return refused();
        }
      }
    }
  }

  private Outcome known(HeaderWait wait, HeaderWait.Found.Client client) throws IOException {
    signals.deadline(Signals.NEVER);
    connection.known(client.socket());
    if (registry.introduced(connection, client.check()) != null) {
      return refused();
    }
    connection.goesOver(wait.over(client.socket()));
    boolean mayBlock = signals.isLent() && !connection.takesThread();
    return mayBlock && handedOver() ? Outcome.ELSEWHERE : Outcome.MADE;
  }

  private Outcome refused() {
    connection.endUntold();
    return Outcome.REFUSED;
  }

  /**
   * Goes on on a thread of its own, where a handler may block. False when there is no memory for
   * one: then this thread is kept.
   */
  private boolean handedOver() {
    ThreadLender lender = signals.leave();
    try {
      connection.goOnElsewhere();
      return true;
    } catch (OutOfMemoryError noThread) {
      signals.comeBack(lender);
      signals.keepThread();
      return false;
    }
  }
}
