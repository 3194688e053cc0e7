// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/**
 * The written form of addresses, for people.
 *
 * <p>Thread: any. Nothing is looked up.
 */
public final class Addresses {
  private Addresses() {}

  /**
   * The address with its port: {@code 127.0.0.1:7777}, {@code [::1]:7777} (RFC 5952), {@code
   * far.example:7777} for a name that was not resolved, {@code unix:/run/echo.sock}.
   */
  public static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return address instanceof UnixDomainSocketAddress ? "unix:" + address : address.toString();
    }
    InetAddress host = inet.getAddress();
    if (host == null) {
      return inet.getHostString() + ":" + inet.getPort();
    } else if (host instanceof Inet6Address six) {
      return "[" + text(six) + "]:" + inet.getPort();
    }
    return host.getHostAddress() + ":" + inet.getPort();
  }

  /** As in RFC 5952: the longest run of zeros is left out. */
  private static String text(Inet6Address address) {
    byte[] bytes = address.getAddress();
    int[] groups = new int[8];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
    }
    int from = 0;
    int length = 1; // a single zero stays
    for (int i = 0; i < groups.length; i++) {
      int run = zeros(groups, i);
      if (run > length) {
        from = i;
        length = run;
      }
    }
    String scope = address.getScopeId() == 0 ? "" : "%" + address.getScopeId();
    if (length == 1) {
      return join(groups, 0, groups.length) + scope;
    }
    return join(groups, 0, from) + "::" + join(groups, from + length, groups.length) + scope;
  }

  private static int zeros(int[] groups, int from) {
    int end = from;
    while (end < groups.length && groups[end] == 0) {
      end++;
    }
    return end - from;
  }

  private static String join(int[] groups, int from, int to) {
    var text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
