// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.util.Map;

/**
 * The first version of a handler with a state of its own. It also takes up the state that the
 * second version gives away, and ignores the parts that it does not know.
 */
@SuppressWarnings("NullAway")
public final class Ledger1Handler extends LineHandler<Ledger1Handler.Ledger> {

  /** One connection's state. */
  public record Ledger(long count) {}

  @Override
  protected Ledger first() {
    return new Ledger(0);
  }

  @Override
  protected Ledger counted(Ledger state, String line) {
    return new Ledger(state.count() + 1);
  }

  @Override
  protected long count(Ledger state) {
    return state.count();
  }

  @Override
  public Object exportState(Socket socket, Ledger state) {
    return Map.of("count", state.count());
  }

  @Override
  @SuppressWarnings("unchecked")
  public Next<Ledger> importState(Object snapshot, Socket socket) {
    var values = (Map<String, Object>) snapshot;
    return Next.proceed(new Ledger((Long) values.get("count")));
  }
}
