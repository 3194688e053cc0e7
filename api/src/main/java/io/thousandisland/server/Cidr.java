// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A block of addresses in CIDR notation (RFC 4632, RFC 4291): {@code 10.0.0.0/8}, {@code
 * 2001:db8::/32}, or a single address. An IPv4 block also means the IPv4-mapped IPv6 addresses in
 * it, and an IPv6 block contains no IPv4 address. Names are no addresses: nothing is looked up.
 * Blocks of the same addresses are equal.
 *
 * <p>Thread: any.
 */
public final class Cidr {

  /** The allowed form, for messages. */
  public static final String FORM = "an address or a CIDR block, as in 10.0.0.0/8 or 2001:db8::/32";

  private static final Pattern BLOCK = Pattern.compile("([0-9a-fA-F.:]+)(?:/(\\d{1,3}))?");

  /** The JDK would look up the name 10.0.0.256, and take 10.1 for an address. */
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

  private final AddressBits first;

  /** The length of the prefix, of an address of 128 bits. */
  private final int bits;

  private Cidr(AddressBits address, int bits) {
    this.first = address.prefix(bits);
    this.bits = bits;
  }

  /** The block that {@code text} means; empty when it means none. */
  public static Optional<Cidr> parse(String text) {
    Matcher block = BLOCK.matcher(text.strip());
    if (!block.matches()) {
      return Optional.empty();
    }
    String address = block.group(1);
    boolean ipv4 = IPV4.matcher(address).matches();
    if (!ipv4 && !address.contains(":")) {
      return Optional.empty();
    }
    int length = ipv4 ? 32 : 128;
    int prefix = block.group(2) == null ? length : Integer.parseInt(block.group(2));
    if (prefix > length) {
      return Optional.empty();
    }
    try {
      AddressBits bits = AddressBits.of(InetAddress.getByName(address)); // a literal
      return Optional.of(new Cidr(bits, ipv4 ? AddressBits.MAPPED + prefix : prefix));
    } catch (UnknownHostException noAddress) {
      return Optional.empty();
    }
  }

  /**
   * The block that stands for one client: an IPv4 address alone, or the IPv6 addresses with the
   * same prefix.
   *
   * @param ipv6Prefix 0 to 128
   */
  public static Cidr of(InetAddress address, int ipv6Prefix) {
    AddressBits bits = AddressBits.of(address);
    return new Cidr(bits, bits.isIpv4() ? 128 : ipv6Prefix);
  }

  public boolean contains(InetAddress address) {
    AddressBits other = AddressBits.of(address);
    return other.isIpv4() == first.isIpv4() && other.prefix(bits).equals(first);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Cidr block && bits == block.bits && first.equals(block.first);
  }

  @Override
  public int hashCode() {
    return Objects.hash(first, bits);
  }

  @Override
  public String toString() {
    return first.isIpv4() && bits >= AddressBits.MAPPED
        ? first + "/" + (bits - AddressBits.MAPPED)
        : first + "/" + bits;
  }
}
