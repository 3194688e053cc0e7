// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import io.thousandisland.server.Cidr;
import java.net.InetAddress;
import java.util.List;

/**
 * The addresses that may connect.
 *
 * @param allow when there are any, only addresses in one of these blocks may connect
 * @param deny addresses in one of these blocks may not connect, even if {@code allow} has them
 */
public record AccessSettings(List<Cidr> allow, List<Cidr> deny) {

  static final AccessSettings DEFAULT = new AccessSettings(List.of(), List.of());

  public AccessSettings {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /** Whether all addresses may connect. */
  public boolean isOpen() {
    return allow.isEmpty() && deny.isEmpty();
  }

  public boolean allows(InetAddress address) {
    boolean listed = allow.isEmpty() || allow.stream().anyMatch(block -> block.contains(address));
    return listed && deny.stream().noneMatch(block -> block.contains(address));
  }
}
