// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An IPv6 address as a number of 128 bits, without its zone. An IPv4 address is the IPv4-mapped
 * address (RFC 4291, section 2.5.5.2).
 */
record AddressBits(long high, long low) {

  /** The length of the prefix of all IPv4-mapped addresses. */
  static final int MAPPED = 96;

  private static final long MAPPED_LOW = 0xffffL << 32;

  static AddressBits of(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return bytes.remaining() == 4
        ? new AddressBits(0, MAPPED_LOW | (bytes.getInt() & 0xffff_ffffL))
        : new AddressBits(bytes.getLong(), bytes.getLong());
  }

  boolean isIpv4() {
    return high == 0 && low >>> 32 == 0xffff;
  }

  /** The address with all bits zero but the first {@code bits}, 0 to 128. */
  AddressBits prefix(int bits) {
    return new AddressBits(high & mask(bits), low & mask(bits - 64));
  }

  private static long mask(int bits) {
    return bits <= 0 ? 0 : bits >= 64 ? -1 : -1L << (64 - bits);
  }

  /** The address as people write it. */
  @Override
  public String toString() {
    byte[] bytes =
        isIpv4()
            ? ByteBuffer.allocate(4).putInt((int) low).array()
            : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    try {
      return InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
