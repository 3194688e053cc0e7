// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import io.thousandisland.server.Cidr;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The number of connections of each remote address: of an IPv4 address, or of the IPv6 addresses
 * with the same prefix. An address without a connection takes no memory.
 *
 * <p>Thread: any.
 */
final class AddressPlaces {

  private final int ipv6Prefix;
  private final ConcurrentMap<Cidr, Integer> counts = new ConcurrentHashMap<>();

  AddressPlaces(int ipv6Prefix) {
    this.ipv6Prefix = ipv6Prefix;
  }

  int ipv6Prefix() {
    return ipv6Prefix;
  }

  /** One counted connection; {@link #leave} is called once. */
  final class Ticket {
    private final Cidr block;

    private Ticket(Cidr block) {
      this.block = block;
    }

    AddressPlaces places() {
      return AddressPlaces.this;
    }

    void leave() {
      counts.computeIfPresent(block, (any, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Counts one more connection of {@code address}, unless there are {@code most}; then null. */
  @Nullable Ticket tryEnter(InetAddress address, int most) {
    Cidr block = Cidr.of(address, ipv6Prefix);
    boolean[] entered = new boolean[1];
    counts.compute(
        block,
        (any, before) -> {
          int count = before == null ? 0 : before;
          entered[0] = count < most;
          Integer after = entered[0] ? Integer.valueOf(count + 1) : before;
          return after;
        });
    return entered[0] ? new Ticket(block) : null;
  }

  /**
   * Counts one more connection of {@code remote}, which is there already. Null when that is no IP
   * address.
   */
  @Nullable Ticket enter(SocketAddress remote) {
    InetAddress address = Admission.ip(remote);
    if (address == null) {
      return null;
    }
    Cidr block = Cidr.of(address, ipv6Prefix);
    counts.merge(block, 1, Integer::sum);
    return new Ticket(block);
  }

  /** The number of addresses that are counted. */
  int addresses() {
    return counts.size();
  }
}
