// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.ProxyHeader.Command;
import io.thousandisland.handler.ProxyHeader.Protocol;
import io.thousandisland.handler.ProxyTls;
import io.thousandisland.handler.ProxyTlv;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Headers byte by byte, as the specification has them, without the code that writes headers. */
final class Headers {

  static final byte[] SIGNATURE = hex("0d0a0d0a 000d0a51 5549540a");

  /** Version 2, and the command. */
  static final int PROXY = 0x21;

  static final int LOCAL = 0x20;

  /** Address family and protocol. */
  static final int NONE = 0x00;

  static final int TCP4 = 0x11;
  static final int UDP4 = 0x12;
  static final int TCP6 = 0x21;
  static final int UDP6 = 0x22;
  static final int UNIX_STREAM = 0x31;
  static final int UNIX_DATAGRAM = 0x32;

  /** 192.168.0.1:56324 to 192.168.0.11:443. */
  static final byte[] IPV4 = hex("c0a80001 c0a8000b dc04 01bb");

  /** [2001:db8::1]:65535 to [2001:db8::2]:0. */
  static final byte[] IPV6 =
      hex("20010db8000000000000000000000001 20010db8000000000000000000000002 ffff 0000");

  static final InetSocketAddress SOURCE4 = address("192.168.0.1", 56_324);
  static final InetSocketAddress DESTINATION4 = address("192.168.0.11", 443);
  static final InetSocketAddress SOURCE6 = address("2001:db8::1", 65_535);
  static final InetSocketAddress DESTINATION6 = address("2001:db8::2", 0);

  private Headers() {}

  /** The bytes of a header, and its meaning. */
  record Valid(String name, byte[] bytes, ProxyHeader header) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Valid> VALID =
      List.of(
          v1(
              "TCP4 192.168.0.1 192.168.0.11 56324 443",
              ProxyHeader.version1(SOURCE4, DESTINATION4)),
          v1(
              "TCP4 255.255.255.255 0.0.0.0 65535 0",
              ProxyHeader.version1(address("255.255.255.255", 65_535), address("0.0.0.0", 0))),
          v1(
              "TCP6 2001:db8::1 2001:DB8:0:0::2 65535 0",
              ProxyHeader.version1(SOURCE6, DESTINATION6)),
          v1(
              "TCP6 2001:0db8:0000:0000:0000:0000:0000:0001 2001:0db8:0000:0000:0000:0000:0000:0002"
                  + " 65535 0",
              ProxyHeader.version1(SOURCE6, DESTINATION6)),
          v1(
              "TCP6 ::ffff:10.0.0.1 :: 1 2",
              ProxyHeader.version1(address("10.0.0.1", 1), address("::", 2))),
          v1("UNKNOWN", ProxyHeader.unknown()),
          v1("UNKNOWN ", ProxyHeader.unknown()),
          v1("UNKNOWN this and \0\u00ff that", ProxyHeader.unknown()),
          v1(
              "UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
                  + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535",
              ProxyHeader.unknown()),
          v2("LOCAL", bytes(LOCAL, NONE), ProxyHeader.local()),
          v2(
              "LOCAL with addresses, of HAProxy 2.0.14",
              bytes(LOCAL, TCP4, IPV4),
              ProxyHeader.local()),
          v2(
              "LOCAL with addresses and TLVs",
              bytes(LOCAL, TCP6, IPV6, tlv(ProxyTlv.AUTHORITY, "a")),
              ProxyHeader.local()),
          v2("LOCAL of an unknown family", bytes(LOCAL, 0xff, hex("01")), ProxyHeader.local()),
          v2(
              "LOCAL with TLVs",
              checksummed(bytes(LOCAL, NONE, tlv(ProxyTlv.UNIQUE_ID, "id"))),
              ProxyHeader.local().with(ProxyTlv.uniqueId(hex("6964"))).withChecksum()),
          v2("no family", bytes(PROXY, NONE), header(Protocol.UNSPECIFIED, null, null)),
          v2(
              "no family, with TLVs",
              bytes(PROXY, NONE, tlv(ProxyTlv.NETNS, "blue")),
              header(Protocol.UNSPECIFIED, null, null).with(ProxyTlv.of(ProxyTlv.NETNS, "blue"))),
          v2("TCP4", bytes(PROXY, TCP4, IPV4), header(Protocol.STREAM, SOURCE4, DESTINATION4)),
          v2("UDP4", bytes(PROXY, UDP4, IPV4), header(Protocol.DATAGRAM, SOURCE4, DESTINATION4)),
          v2("TCP6", bytes(PROXY, TCP6, IPV6), header(Protocol.STREAM, SOURCE6, DESTINATION6)),
          v2("UDP6", bytes(PROXY, UDP6, IPV6), header(Protocol.DATAGRAM, SOURCE6, DESTINATION6)),
          v2(
              "Unix stream",
              bytes(PROXY, UNIX_STREAM, path("/run/client.sock"), path("/run/server.sock")),
              header(Protocol.STREAM, unix("/run/client.sock"), unix("/run/server.sock"))),
          v2(
              "Unix datagrams, a path without an end",
              bytes(PROXY, UNIX_DATAGRAM, path("x".repeat(108)), path("")),
              header(Protocol.DATAGRAM, unix("x".repeat(108)), unix(""))),
          v2(
              "Unix, bytes behind the end of a path",
              bytes(PROXY, UNIX_STREAM, path("/a\0\u00ff\u00ff"), path("/b")),
              header(Protocol.STREAM, unix("/a"), unix("/b"))),
          v2(
              "Unix, an abstract name and a line feed",
              bytes(PROXY, UNIX_STREAM, path("\0abstract"), path("/a\nb")),
              header(Protocol.STREAM, unix(""), unix(""))),
          v2(
              "Unix, no UTF-8",
              bytes(PROXY, UNIX_STREAM, path("/\u00ff"), path("/b")),
              header(Protocol.STREAM, unix(""), unix("/b"))),
          v2(
              "all TLVs",
              checksummed(
                  bytes(
                      PROXY,
                      TCP4,
                      IPV4,
                      tlv(ProxyTlv.ALPN, "h2"),
                      tlv(ProxyTlv.AUTHORITY, "bücher.example"),
                      tlv(ProxyTlv.NOOP, "padding"),
                      tlv(ProxyTlv.UNIQUE_ID, hex("00ff")),
                      tlv(
                          ProxyTlv.SSL,
                          hex("07 00000000"),
                          tlv(ProxyTls.VERSION, "TLSv1.3"),
                          tlv(ProxyTls.COMMON_NAME, "client"),
                          tlv(ProxyTls.CIPHER, "TLS_AES_256_GCM_SHA384"),
                          tlv(ProxyTls.SIGNATURE_ALGORITHM, "RSA-SHA256"),
                          tlv(ProxyTls.KEY_ALGORITHM, "RSA2048")),
                      tlv(ProxyTlv.NETNS, "blue"),
                      tlv(0xe0, hex("01 02")))),
              header(Protocol.STREAM, SOURCE4, DESTINATION4)
                  .with(ProxyTlv.alpn("h2"))
                  .with(ProxyTlv.authority("bücher.example"))
                  .with(ProxyTlv.uniqueId(hex("00ff")))
                  .with(
                      new ProxyTls(
                          7,
                          0,
                          List.of(
                              ProxyTlv.of(ProxyTls.VERSION, "TLSv1.3"),
                              ProxyTlv.of(ProxyTls.COMMON_NAME, "client"),
                              ProxyTlv.of(ProxyTls.CIPHER, "TLS_AES_256_GCM_SHA384"),
                              ProxyTlv.of(ProxyTls.SIGNATURE_ALGORITHM, "RSA-SHA256"),
                              ProxyTlv.of(ProxyTls.KEY_ALGORITHM, "RSA2048"))))
                  .with(ProxyTlv.of(ProxyTlv.NETNS, "blue"))
                  .with(ProxyTlv.of(0xe0, hex("01 02")))
                  .withChecksum()),
          v2(
              "empty TLVs",
              bytes(
                  PROXY,
                  TCP4,
                  IPV4,
                  tlv(ProxyTlv.ALPN, ""),
                  tlv(ProxyTlv.NOOP, ""),
                  tlv(ProxyTlv.SSL, hex("00 ffffffff"), tlv(ProxyTls.CIPHER, "")),
                  tlv(0xff, "")),
              header(Protocol.STREAM, SOURCE4, DESTINATION4)
                  .with(ProxyTlv.alpn(""))
                  .with(new ProxyTls(0, 0xffff_ffffL, List.of(ProxyTlv.of(ProxyTls.CIPHER, ""))))
                  .with(ProxyTlv.of(0xff, ""))),
          v2(
              "TLS within TLS is a value like any",
              bytes(
                  PROXY,
                  TCP4,
                  IPV4,
                  tlv(ProxyTlv.SSL, hex("01 00000001"), tlv(ProxyTlv.SSL, hex("20")))),
              header(Protocol.STREAM, SOURCE4, DESTINATION4)
                  .with(new ProxyTls(1, 1, List.of(ProxyTlv.of(ProxyTlv.SSL, hex("20")))))),
          v2(
              "an example of Amazon's load balancer",
              hex(
                  "0d0a0d0a000d0a515549540a 21 11 0054 ac1f0771 ac1f0a1f c8f2 0050"
                      + "03 0004 e8d6892d"
                      + "ea 0017 01 767063652d3038643262663135666163353030316339"
                      + "04 0024 "
                      + "00".repeat(36)),
              header(Protocol.STREAM, address("172.31.7.113", 51_442), address("172.31.10.31", 80))
                  .withChecksum()
                  .with(ProxyTlv.of(0xea, hex("01 767063652d3038643262663135666163353030316339")))),
          v2(
              "as long as allowed",
              bytes(PROXY, TCP4, IPV4, tlv(0xe1, new byte[HeaderParser.MOST_BYTES - 28 - 3])),
              header(Protocol.STREAM, SOURCE4, DESTINATION4)
                  .with(ProxyTlv.of(0xe1, new byte[HeaderParser.MOST_BYTES - 28 - 3]))));

  private static Valid v1(String text, ProxyHeader header) {
    return new Valid("v1 " + text, line(text), header);
  }

  private static Valid v2(String name, byte[] bytes, ProxyHeader header) {
    return new Valid("v2 " + name, bytes, header);
  }

  static byte[] line(String behindProxy) {
    return ("PROXY " + behindProxy + "\r\n").getBytes(ISO_8859_1);
  }

  /** A header of version 2. */
  static byte[] bytes(int versionAndCommand, int pair, byte[]... block) {
    byte[] behind = join(block);
    return join(
        SIGNATURE, new byte[] {(byte) versionAndCommand, (byte) pair}, u16(behind.length), behind);
  }

  static byte[] tlv(int type, byte[]... value) {
    byte[] joined = join(value);
    return join(new byte[] {(byte) type}, u16(joined.length), joined);
  }

  static byte[] tlv(int type, String text) {
    return tlv(type, text.getBytes(UTF_8));
  }

  /** {@code header} and a right checksum at its end. */
  static byte[] checksummed(byte[] header) {
    byte[] longer = join(header, tlv(ProxyTlv.CRC32C, new byte[4]));
    System.arraycopy(u16(longer.length - BinaryParser.FIXED_BYTES), 0, longer, 14, 2);
    ByteBuffer.wrap(longer).putInt(longer.length - 4, crc32c(longer));
    return longer;
  }

  /** CRC32C bit by bit: the reflected polynomial 0x1EDC6F41 (RFC 4960, appendix B). */
  private static int crc32c(byte[] bytes) {
    int crc = -1;
    for (byte each : bytes) {
      crc ^= each & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
    }
    return ~crc;
  }

  /** The 108 bytes of a path, of one byte for each character. */
  static byte[] path(String path) {
    return Arrays.copyOf(path.getBytes(ISO_8859_1), 108);
  }

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static byte[] join(byte[]... parts) {
    ByteBuffer joined =
        ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }

  private static byte[] u16(int number) {
    return new byte[] {(byte) (number >> 8), (byte) number};
  }

  private static InetSocketAddress address(String literal, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(literal), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static UnixDomainSocketAddress unix(String path) {
    return UnixDomainSocketAddress.of(path);
  }

  private static ProxyHeader header(
      Protocol protocol, @Nullable SocketAddress source, @Nullable SocketAddress destination) {
    return new ProxyHeader(
        2,
        Command.PROXY,
        protocol,
        Optional.ofNullable(source),
        Optional.ofNullable(destination),
        List.of(),
        Optional.empty());
  }
}
