// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Addresses and ports in the text form of section 2.1 of the specification. The JDK takes more for
 * an address, such as leading zeros, zones and names. Nothing is looked up here.
 */
final class Literals {

  private static final int MOST_PORT = 65_535;
  private static final int MOST_OCTET = 255;
  private static final int OCTETS = 4;
  private static final int IPV6_BYTES = 16;

  /** As in 0000:0000:0000:0000:0000:ffff:255.255.255.255. */
  private static final int MOST_IPV6_CHARS = 45;

  private Literals() {}

  /** The port that {@code text} means; negative when it means none. */
  static int port(String text) {
    return number(text, MOST_PORT);
  }

  /** The number that {@code text} means; negative when it means none, or more than {@code most}. */
  private static int number(String text, int most) {
    boolean digits = !text.isEmpty() && text.chars().allMatch(each -> each >= '0' && each <= '9');
    if (!digits || text.length() > 5 || (text.length() > 1 && text.charAt(0) == '0')) {
      return -1;
    }
    int number = Integer.parseInt(text);
    return number <= most ? number : -1;
  }

  /** The IPv4 address that {@code text} means; null when it means none. */
  static @Nullable InetAddress ipv4(String text) {
    byte[] octets = octets(text);
    return octets == null ? null : address(octets);
  }

  /** Whether an IPv4 address may begin with {@code text}. */
  static boolean beginsIpv4(String text) {
    String[] parts = text.split("\\.", -1);
    String last = parts[parts.length - 1];
    return parts.length <= OCTETS
        && (last.isEmpty() || number(last, MOST_OCTET) >= 0)
        && Stream.of(parts).limit(parts.length - 1).allMatch(each -> number(each, MOST_OCTET) >= 0);
  }

  /** The IPv6 address that {@code text} means; null when it means none. */
  static @Nullable InetAddress ipv6(String text) {
    int gap = text.indexOf("::");
    byte[] before = groups(gap < 0 ? "" : text.substring(0, gap), false);
    byte[] behind = groups(gap < 0 ? text : text.substring(gap + 2), true);
    if (before == null || behind == null) {
      return null;
    }
    int bytes = before.length + behind.length;
    boolean right = gap < 0 ? bytes == IPV6_BYTES : bytes <= IPV6_BYTES - 2;
    return right
        ? address(
            ByteBuffer.allocate(IPV6_BYTES)
                .put(before)
                .put(IPV6_BYTES - behind.length, behind)
                .array())
        : null;
  }

  /** Whether an IPv6 address may begin with {@code text}, judged by its length and characters. */
  static boolean mayBeginIpv6(String text) {
    return text.length() <= MOST_IPV6_CHARS
        && text.chars().allMatch(each -> HexFormat.isHexDigit(each) || each == ':' || each == '.');
  }

  /**
   * The bytes of groups of hexadecimal digits, with one colon between two of them; null when {@code
   * text} is something else.
   *
   * @param ipv4 whether the last of them may be an IPv4 address (RFC 4291, section 2.2)
   */
  private static byte @Nullable [] groups(String text, boolean ipv4) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] groups = text.split(":", -1);
    ByteBuffer bytes = ByteBuffer.allocate(2 * groups.length + 2);
    for (int i = 0; i < groups.length; i++) {
      String group = groups[i];
      if (ipv4 && i == groups.length - 1 && group.contains(".")) {
        byte[] octets = octets(group);
        if (octets == null) {
          return null;
        }
        bytes.put(octets);
      } else {
        if (group.isEmpty()
            || group.length() > 4
            || !group.chars().allMatch(HexFormat::isHexDigit)) {
          return null;
        }
        bytes.putShort((short) Integer.parseInt(group, 16));
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static byte @Nullable [] octets(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != OCTETS) {
      return null;
    }
    byte[] octets = new byte[OCTETS];
    for (int i = 0; i < OCTETS; i++) {
      int octet = number(parts[i], MOST_OCTET);
      if (octet < 0) {
        return null;
      }
      octets[i] = (byte) octet;
    }
    return octets;
  }

  /** The address of 4 or 16 bytes. */
  static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException impossible) { // that is for other lengths
      throw new IllegalStateException(impossible);
    }
  }
}
