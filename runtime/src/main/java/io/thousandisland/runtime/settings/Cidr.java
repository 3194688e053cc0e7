package io.thousandisland.runtime.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of addresses in CIDR notation (RFC 4632, RFC 4291): {@code 10.0.0.0/8}, {@code
 * 2001:db8::/32}, or a single address. An IPv4 block also means the IPv4-mapped IPv6 addresses in
 * it, and an IPv6 block contains no IPv4 address. Names are no addresses: nothing is looked up.
 *
 * @param first the first address of the block
 * @param bits the length of the prefix, of an address of 128 bits
 */
public record Cidr(AddressBits first, int bits) {

  /** The allowed form, for messages. */
  public static final String FORM = "an address or a CIDR block, as in 10.0.0.0/8 or 2001:db8::/32";

  private static final Pattern BLOCK = Pattern.compile("([0-9a-fA-F.:]+)(?:/(\\d{1,3}))?");
  private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})(?:\\.(\\d{1,3})){3}");

  public Cidr {
    first = first.prefix(bits);
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
      return Optional.empty(); // the JDK would take 10 or 10.1 for an address
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

  public boolean contains(AddressBits address) {
    return address.isIpv4() == first.isIpv4() && address.prefix(bits).equals(first);
  }

  @Override
  public String toString() {
    return first.isIpv4() && bits >= AddressBits.MAPPED
        ? first + "/" + (bits - AddressBits.MAPPED)
        : first + "/" + bits;
  }
}
