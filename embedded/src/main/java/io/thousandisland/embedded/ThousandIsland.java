// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.handler.Handler;

/**
 * The entry for programs that run a server without OSGi.
 *
 * <pre>{@code
 * ThousandIsland.serve(new EchoHandler()).port(7777).start();
 * }</pre>
 */
public final class ThousandIsland {
  private ThousandIsland() {}

  /** A server for {@code handler}, which is configured before it starts. */
  public static ServerBuilder serve(Handler<?> handler) {
    return new ServerBuilder(handler);
  }
}
