// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.thousandisland.handler.ProxyHeader.Command;
import io.thousandisland.handler.ProxyHeader.Protocol;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.zip.CRC32C;

/** The bytes of a {@link ProxyHeader}, by the sections 2.1 and 2.2 of the specification. */
final class ProxyEncoder {

  private static final byte[] SIGNATURE =
      HexFormat.of().parseHex("0d0a0d0a000d0a515549540a"); // CR LF CR LF NUL CR LF QUIT LF

  private static final int FIXED_BYTES = 16;
  private static final int TLV_BYTES = 3; // type and length
  private static final int TLS_BYTES = 5; // the bits of the client, and the result of the check

  /** The first bytes of an IPv4-mapped address (RFC 4291, section 2.5.5.2). */
  private static final byte[] MAPPED_PREFIX = HexFormat.of().parseHex("00000000000000000000ffff");

  private static final int IPV4 = 0x10;
  private static final int IPV6 = 0x20;
  private static final int UNIX = 0x30;

  private ProxyEncoder() {}

  /** Version 1. */
  static ByteBuffer line(ProxyHeader header) {
    String line = "PROXY UNKNOWN";
    if (header.source().orElse(null) instanceof InetSocketAddress source
        && header.destination().orElse(null) instanceof InetSocketAddress destination) {
      boolean ipv4 = isIpv4(source) && isIpv4(destination);
      line =
          new StringJoiner(" ", "PROXY ", "")
              .add(ipv4 ? "TCP4" : "TCP6")
              .add(text(source, ipv4))
              .add(text(destination, ipv4))
              .add(String.valueOf(source.getPort()))
              .add(String.valueOf(destination.getPort()))
              .toString();
    }
    return ByteBuffer.wrap((line + "\r\n").getBytes(US_ASCII));
  }

  /** Version 2. */
  static ByteBuffer binary(ProxyHeader header) {
    ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + (int) ProxyChecks.mostBytes(header));
    bytes.put(SIGNATURE);
    bytes.put((byte) (0x20 | (header.command() == Command.PROXY ? 1 : 0)));
    bytes.position(FIXED_BYTES);
    int family = putAddresses(header, bytes);
    bytes.put(SIGNATURE.length + 1, (byte) (family | protocol(header.protocol())));
    int checksum = 0;
    for (ProxyTlv tlv : header.tlvs()) {
      if (tlv.type() == ProxyTlv.CRC32C) {
        checksum = bytes.position() + TLV_BYTES;
        tlv = ProxyTlv.checksum();
      }
      put(bytes, tlv);
    }
    header.tls().ifPresent(tls -> put(bytes, tls));
    bytes.putShort(FIXED_BYTES - 2, (short) (bytes.position() - FIXED_BYTES));
    bytes.flip();
    if (checksum > 0) {
      var crc = new CRC32C();
      crc.update(bytes.duplicate());
      bytes.putInt(checksum, (int) crc.getValue());
    }
    return bytes;
  }

  static long length(List<ProxyTlv> tlvs) {
    return tlvs.stream().mapToLong(tlv -> TLV_BYTES + tlv.value().remaining()).sum();
  }

  static long length(ProxyTls tls) {
    return TLV_BYTES + TLS_BYTES + length(tls.tlvs());
  }

  private static int protocol(Protocol protocol) {
    return switch (protocol) {
      case UNSPECIFIED -> 0;
      case STREAM -> 1;
      case DATAGRAM -> 2;
    };
  }

  private static void put(ByteBuffer bytes, ProxyTlv tlv) {
    ByteBuffer value = tlv.value();
    bytes.put((byte) tlv.type()).putShort((short) value.remaining()).put(value);
  }

  private static void put(ByteBuffer bytes, ProxyTls tls) {
    bytes.put((byte) ProxyTlv.SSL).putShort((short) (length(tls) - TLV_BYTES));
    bytes.put((byte) tls.client()).putInt((int) tls.verify());
    tls.tlvs().forEach(tlv -> put(bytes, tlv));
  }

  /** Returns the family of the addresses. */
  private static int putAddresses(ProxyHeader header, ByteBuffer bytes) {
    SocketAddress from = header.source().orElse(null);
    SocketAddress to = header.destination().orElse(null);
    if (from instanceof InetSocketAddress source && to instanceof InetSocketAddress destination) {
      boolean ipv4 = isIpv4(source) && isIpv4(destination);
      bytes.put(octets(source, ipv4)).put(octets(destination, ipv4));
      bytes.putShort((short) source.getPort()).putShort((short) destination.getPort());
      return ipv4 ? IPV4 : IPV6;
    }
    if (from instanceof UnixDomainSocketAddress source
        && to instanceof UnixDomainSocketAddress destination) {
      bytes.put(Arrays.copyOf(ProxyChecks.path(source), ProxyChecks.PATH_BYTES));
      bytes.put(Arrays.copyOf(ProxyChecks.path(destination), ProxyChecks.PATH_BYTES));
      return UNIX;
    }
    return 0;
  }

  private static boolean isIpv4(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }

  /** An IPv4 address beside an IPv6 address is written as an IPv4-mapped one. */
  private static byte[] octets(InetSocketAddress address, boolean ipv4) {
    byte[] octets = address.getAddress().getAddress();
    return ipv4 || octets.length == MAPPED_PREFIX.length + 4
        ? octets
        : ByteBuffer.allocate(16).put(MAPPED_PREFIX).put(octets).array();
  }

  /** Without a zone, which has no meaning elsewhere. */
  private static String text(InetSocketAddress address, boolean ipv4) {
    byte[] octets = octets(address, ipv4);
    var parts = new StringJoiner(ipv4 ? "." : ":");
    for (int i = 0; i < octets.length; i += ipv4 ? 1 : 2) {
      parts.add(
          ipv4
              ? Integer.toString(octets[i] & 0xff)
              : Integer.toHexString((octets[i] & 0xff) << 8 | (octets[i + 1] & 0xff)));
    }
    return parts.toString();
  }
}
