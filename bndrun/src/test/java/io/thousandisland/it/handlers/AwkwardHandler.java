// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Socket;

/**
 * A line handler that does not give its state away; its tag selects the way in which it fails to.
 */
public final class AwkwardHandler extends LineHandler<Long> {

  /** A type that cannot outlive the bundle. */
  public record Own(long count) {}

  @Override
  protected Long first() {
    return 0L;
  }

  @Override
  protected Long counted(Long state, String line) {
    return state + 1;
  }

  @Override
  protected long count(Long state) {
    return state;
  }

  @Override
  public Object exportState(Socket socket, Long state) throws Exception {
    return switch (tag()) {
      case "vDeclines" -> throw new MigrationDeclinedException("in the middle of a hand of cards");
      case "vThrows" -> throw new IllegalStateException("on purpose");
      default -> new Own(state);
    };
  }
}
