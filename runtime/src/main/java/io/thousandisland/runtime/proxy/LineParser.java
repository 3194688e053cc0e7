// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.thousandisland.handler.ProxyHeader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The reader of version 1: one line of text (section 2.1). It looks at the line from left to right,
 * so that the first mistake counts, however much of the line has come.
 *
 * <p>Thread: any.
 */
final class LineParser {

  /** The most bytes of a line, with its end. */
  static final int MOST_BYTES = 107;

  private static final String IPV4 = "TCP4";
  private static final String IPV6 = "TCP6";
  private static final String UNKNOWN = "UNKNOWN";
  private static final Set<String> PROTOCOLS = Set.of(IPV4, IPV6, UNKNOWN);

  /** PROXY, protocol, source, destination, source port, destination port. */
  private static final int FIELDS = 6;

  private static final Parsed TOO_LONG =
      new Parsed.Malformed("the line has no end within " + MOST_BYTES + " bytes");

  private LineParser() {}

  /**
   * @param bytes more than the 5 bytes of PROXY; their position is 0
   */
  static Parsed parse(ByteBuffer bytes) {
    int length = Math.min(bytes.limit(), MOST_BYTES);
    String seen = ISO_8859_1.decode(bytes.slice(0, length)).toString();
    int end = end(seen);
    boolean ended = end < length;
    String[] fields = seen.substring(0, end).split(" ", -1);
    boolean unknown = fields.length > 1 && fields[1].equals(UNKNOWN);
    int meant = unknown ? 2 : fields.length; // section 2.1: all behind UNKNOWN is to be ignored
    for (int i = 0; i < meant; i++) {
      String fault = fault(fields, i, ended || i < fields.length - 1);
      if (fault != null) {
        return new Parsed.Malformed(fault);
      }
    }
    if (ended && !unknown && fields.length < FIELDS) {
      return new Parsed.Malformed("the line ends before its last field");
    }
    if (ended && seen.charAt(end) == '\n') {
      return new Parsed.Malformed("a line feed has no carriage return before it");
    }
    if (end + 1 >= length) { // the line feed is missing, at least
      return length == MOST_BYTES ? TOO_LONG : HeaderParser.INCOMPLETE;
    }
    if (seen.charAt(end + 1) != '\n') {
      return new Parsed.Malformed("a carriage return has no line feed behind it");
    }
    return new Parsed.Complete(unknown ? ProxyHeader.unknown() : header(fields), end + 2);
  }

  /** The index of the first character that ends lines; the length when there is none. */
  private static int end(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) != '\r' && text.charAt(end) != '\n') {
      end++;
    }
    return end;
  }

  /**
   * The mistake in a field; null when there is none.
   *
   * @param complete whether all of the field has come
   */
  private static @Nullable String fault(String[] fields, int index, boolean complete) {
    String field = fields[index];
    return switch (index) {
      case 0 -> field.equals("PROXY") ? null : "no space follows PROXY";
      case 1 -> isProtocol(field, complete) ? null : "the protocol is not TCP4, TCP6 or UNKNOWN";
      case 2, 3 ->
          isAddress(fields[1], field, complete)
              ? null
              : (index == 2 ? "the source" : "the destination")
                  + (fields[1].equals(IPV4) ? " is no IPv4 address" : " is no IPv6 address");
      case 4, 5 ->
          Literals.port(field) >= 0 || (field.isEmpty() && !complete)
              ? null
              : (index == 4 ? "the source port" : "the destination port")
                  + " is no number from 0 to 65535";
      default -> "more follows the destination port";
    };
  }

  private static boolean isProtocol(String field, boolean complete) {
    return complete
        ? PROTOCOLS.contains(field)
        : PROTOCOLS.stream().anyMatch(each -> each.startsWith(field));
  }

  private static boolean isAddress(String protocol, String field, boolean complete) {
    boolean ipv4 = protocol.equals(IPV4);
    if (!complete) {
      return ipv4 ? Literals.beginsIpv4(field) : Literals.mayBeginIpv6(field);
    }
    return address(ipv4, field) != null;
  }

  private static @Nullable InetAddress address(boolean ipv4, String field) {
    return ipv4 ? Literals.ipv4(field) : Literals.ipv6(field);
  }

  /** The header of a line whose fields are right. */
  private static ProxyHeader header(String[] fields) {
    boolean ipv4 = fields[1].equals(IPV4);
    return ProxyHeader.version1(
        address(ipv4, fields[2], fields[4]), address(ipv4, fields[3], fields[5]));
  }

  private static InetSocketAddress address(boolean ipv4, String address, String port) {
    // a null would become the wildcard address
    return new InetSocketAddress(
        Objects.requireNonNull(address(ipv4, address)), Literals.port(port));
  }
}
