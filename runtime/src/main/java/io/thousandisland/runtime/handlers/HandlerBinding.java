// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;

/** A handler service that can serve, with its facts. */
public record HandlerBinding(Facts facts, Handler<?> handler) {

  /**
   * The facts about a handler service that an operator wants to know. They outlive the handler.
   *
   * @param name {@code handler.name}
   * @param version version of its bundle
   * @param serviceId {@code service.id}, unique in the framework and never used again
   * @param ranking {@code service.ranking}
   * @param nonblocking {@code handler.nonblocking}
   */
  public record Facts(
      String name, String version, long serviceId, int ranking, boolean nonblocking) {}
}
