// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot of one handler: a service, or a component or bundle that would bring one.
 *
 * @param name {@code handler.name}; empty when the handler has none, or its name is not known
 * @param ranking {@code service.ranking}
 * @param component {@code component.name}; empty when the handler is no component, or the name is
 *     not known
 * @param bundle symbolic name of the bundle that the handler comes from
 * @param version version of that bundle
 * @param built when the bundle was built, as far as its jar tells
 * @param bindings the servers that the handler serves, or still has connections of
 * @param why the reason why the handler serves no new connections of any server, in words for an
 *     operator; empty when it does
 */
public record HandlerInfo(
    String name,
    int ranking,
    String component,
    String bundle,
    String version,
    Optional<Instant> built,
    List<Binding> bindings,
    String why) {

  public HandlerInfo {
    bindings = List.copyOf(bindings);
  }

  /**
   * One generation of the handler.
   *
   * @param server name of the server
   * @param generation as in {@link GenerationInfo}
   * @param serving true when new connections of that server get it
   * @param connections how many live connections the generation has
   */
  public record Binding(String server, int generation, boolean serving, int connections) {}
}
