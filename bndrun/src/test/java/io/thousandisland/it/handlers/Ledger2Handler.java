// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.util.Map;

/**
 * The second version, with more in its state. It can go on from the first version's state as well.
 */
@SuppressWarnings("NullAway")
public final class Ledger2Handler extends LineHandler<Ledger2Handler.Ledger> {

  /** One connection's state. */
  public record Ledger(long count, long bytes, String last) {}

  @Override
  protected Ledger first() {
    return new Ledger(0, 0, "");
  }

  @Override
  protected Ledger counted(Ledger state, String line) {
    return new Ledger(state.count() + 1, state.bytes() + line.length(), line);
  }

  @Override
  protected long count(Ledger state) {
    return state.count();
  }

  @Override
  public Object exportState(Socket socket, Ledger state) {
    return Map.of("count", state.count(), "bytes", state.bytes(), "last", state.last());
  }

  @Override
  @SuppressWarnings("unchecked")
  public Next<Ledger> importState(Object snapshot, Socket socket) {
    var values = (Map<String, Object>) snapshot;
    return Next.proceed(
        new Ledger(
            (Long) values.get("count"),
            (Long) values.getOrDefault("bytes", 0L),
            (String) values.getOrDefault("last", "")));
  }
}
