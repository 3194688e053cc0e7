package io.thousandisland.shell;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The addresses that somebody means who types a CIDR block, an address, or its beginning. */
final class AddressFilter {

  private static final Pattern BLOCK = Pattern.compile("([0-9a-fA-F:.]+)/(\\d{1,3})");
  private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})(\\.\\d{1,3}){3}");

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
    Matcher block = BLOCK.matcher(typed);
    if (!block.matches()) {
      throw Options.wrong(option, typed, ALLOWED);
    }
    byte[] first = literal(block.group(1));
    int prefix = Integer.parseInt(block.group(2));
    if (first.length == 0 || prefix > 8 * first.length) {
      throw Options.wrong(option, typed, ALLOWED);
    }
    int rest = 8 * first.length - prefix;
    BigInteger network = new BigInteger(1, first).shiftRight(rest);
    return address ->
        address instanceof InetSocketAddress at
            && at.getAddress() != null
            && at.getAddress().getAddress().length == first.length
            && new BigInteger(1, at.getAddress().getAddress()).shiftRight(rest).equals(network);
  }

  /** The bytes of an address; none when it is not one. Nothing is looked up. */
  private static byte[] literal(String address) {
    try {
      return address.contains(":") || IPV4.matcher(address).matches()
          ? InetAddress.getByName(address).getAddress()
          : new byte[0]; // the JDK would take 10 or 10.1 for an address
    } catch (UnknownHostException none) {
      return new byte[0];
    }
  }

  private static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress at)) {
      return address.toString();
    }
    InetAddress host = at.getAddress();
    return host == null ? at.getHostString() : host.getHostAddress();
  }
}
