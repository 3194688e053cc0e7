// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import io.thousandisland.server.Addresses;
import io.thousandisland.server.Cidr;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Predicate;

/** The addresses that somebody means who types a CIDR block, an address, or its beginning. */
final class AddressFilter {

  private static final String ALLOWED =
      "an address, its beginning or a CIDR block, as in 10.1. or 10.0.0.0/8";

  private AddressFilter() {}

  /**
   * @param option the name of the option, for the answer
   * @throws IllegalArgumentException when {@code typed} looks like a block and is none
   */
  static Predicate<SocketAddress> of(String option, String typed) {
    if (!typed.contains("/")) {
      return address -> text(address).startsWith(typed);
    }
    Cidr block = Cidr.parse(typed).orElseThrow(() -> Options.wrong(option, typed, ALLOWED));
    return address ->
        address instanceof InetSocketAddress at
            && at.getAddress() != null
            && block.contains(at.getAddress());
  }

  /** As the listings show it, without the bracket before an IPv6 address. */
  private static String text(SocketAddress address) {
    String shown = Addresses.text(address);
    return shown.startsWith("[") ? shown.substring(1) : shown;
  }
}
