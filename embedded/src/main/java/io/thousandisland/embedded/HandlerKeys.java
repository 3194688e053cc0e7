// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.time.Duration;

/**
 * Changes of the handler, and the options that it reads.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface HandlerKeys<B> extends Keys<B> permits ServerKeys {

  /** Policy for connections of a handler that is replaced or withdrawn. Default: migrate. */
  default B whenHandlerLeaves(WhenHandlerLeaves policy) {
    return set("whenHandlerLeaves", Texts.of(policy));
  }

  /**
   * Policy for connections when another handler begins to serve beside theirs, see {@link
   * RunningServer#serve}. Default: keep.
   */
  default B whenBetterHandlerArrives(WhenBetterHandlerArrives policy) {
    return set("whenBetterHandlerArrives", Texts.of(policy));
  }

  /**
   * Whether a handler's connections are drained or migrated one acceptor after the other. Default:
   * false.
   */
  default B rolling(boolean wanted) {
    return set("rolling", wanted);
  }

  /**
   * Time for which the port stays bound without a handler, 0 s or longer, or {@link
   * io.thousandisland.handler.ReadTimeout#FOREVER}. Default: 15 s.
   */
  default B handlerWait(Duration time) {
    return set("handlerWait", Texts.of(time));
  }

  /**
   * An option for the handler, which reads it as {@code socket.server().option(name)}; key {@code
   * option.NAME}.
   */
  default B option(String name, Object value) {
    return set("option." + name, value);
  }
}
