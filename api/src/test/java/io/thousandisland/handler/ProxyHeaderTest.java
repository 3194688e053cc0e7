// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyHeaderTest {

  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private static InetSocketAddress inet(String literal, int port) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(literal), port);
  }

  private static String text(ProxyHeader header) {
    return ISO_8859_1.decode(header.encode()).toString();
  }

  private static String hex(ProxyHeader header) {
    ByteBuffer bytes = header.encode();
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    return HexFormat.of().formatHex(array);
  }

  private static String withoutSpaces(String hex) {
    return SIGNATURE + hex.replace(" ", "");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 1, 10.0.0.2, 65535, PROXY TCP4 10.0.0.1 10.0.0.2 1 65535",
    "255.255.255.255, 0, 0.0.0.0, 0, PROXY TCP4 255.255.255.255 0.0.0.0 0 0",
    "2001:db8::1, 1, ::, 2, PROXY TCP6 2001:db8:0:0:0:0:0:1 0:0:0:0:0:0:0:0 1 2",
    "10.0.0.1, 1, ::1, 2, PROXY TCP6 0:0:0:0:0:ffff:a00:1 0:0:0:0:0:0:0:1 1 2",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 65535, 1.2.3.4, 65535,"
        + "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 0:0:0:0:0:ffff:102:304 65535 65535",
  })
  void k14LineIsThatOfTheSpecification(
      String source, int sourcePort, String destination, int destinationPort, String line)
      throws Exception {
    var header = ProxyHeader.version1(inet(source, sourcePort), inet(destination, destinationPort));
    assertThat(text(header)).isEqualTo(line + "\r\n").hasSizeLessThanOrEqualTo(107);
  }

  @Test
  void k14BinaryHeaderIsThatOfTheSpecification() throws Exception {
    assertThat(hex(ProxyHeader.version2(inet("10.0.0.1", 1), inet("10.0.0.2", 65_535))))
        .isEqualTo(withoutSpaces("21 11 000c 0a000001 0a000002 0001 ffff"));
    assertThat(hex(ProxyHeader.version2(inet("::1", 1), inet("10.0.0.2", 2))))
        .isEqualTo(
            withoutSpaces(
                "21 21 0024 00000000000000000000000000000001 00000000000000000000ffff0a000002"
                    + " 0001 0002"));
    assertThat(hex(ProxyHeader.local())).isEqualTo(withoutSpaces("20 00 0000"));
    assertThat(hex(ProxyHeader.version2(unix("/a"), unix(""))))
        .isEqualTo(withoutSpaces("21 31 00d8 2f61" + "00".repeat(106 + 108)));
  }

  private static SocketAddress unix(String path) {
    return UnixDomainSocketAddress.of(path);
  }

  @Test
  void k14FactsStandInTheirOrderAndTheChecksumIsThatOfAllBytes() throws Exception {
    var header =
        ProxyHeader.version2(inet("172.31.7.113", 51_442), inet("172.31.10.31", 80))
            .withChecksum()
            .with(ProxyTlv.of(0xea, HexFormat.of().parseHex("0176")))
            .with(new ProxyTls(1, 0xffff_ffffL, List.of(ProxyTlv.of(ProxyTls.VERSION, "TLSv1.3"))))
            .withChecksum();
    String before = withoutSpaces("21 11 002a ac1f0771 ac1f0a1f c8f2 0050 03 0004");
    String behind = "ea00020176" + "20000f01ffffffff" + "210007544c5376312e33";
    assertThat(hex(header)).startsWith(before).endsWith(behind).hasSize(2 * (16 + 42));
    assertThat(hex(header)).isNotEqualTo(before + "00000000" + behind);
    var other =
        new ProxyHeader(
            2,
            header.command(),
            header.protocol(),
            header.source(),
            header.destination(),
            List.of(ProxyTlv.of(ProxyTlv.CRC32C, new byte[] {1, 2, 3, 4}), header.tlvs().get(1)),
            header.tls());
    assertThat(hex(other)).isEqualTo(hex(header)); // whatever value it was given
  }

  /** Amazon documents this header of its load balancer. */
  @Test
  void checksumIsTheOneThatOthersCompute() throws Exception {
    var header =
        ProxyHeader.version2(inet("172.31.7.113", 51_442), inet("172.31.10.31", 80))
            .withChecksum()
            .with(
                ProxyTlv.of(
                    0xea,
                    HexFormat.of().parseHex("01767063652d3038643262663135666163353030316339")))
            .with(ProxyTlv.of(ProxyTlv.NOOP, new byte[36]));
    assertThat(hex(header))
        .isEqualTo(
            withoutSpaces(
                "21 11 0054 ac1f0771 ac1f0a1f c8f2 0050 03 0004 e8d6892d"
                    + "ea 0017 01767063652d3038643262663135666163353030316339 04 0024"
                    + "00".repeat(36)));
  }

  @Test
  void zoneOfAnAddressIsNotWritten() throws Exception {
    byte[] local = InetAddress.getByName("fe80::1").getAddress();
    var zoned = new InetSocketAddress(Inet6Address.getByAddress(null, local, 7), 1);
    assertThat(text(ProxyHeader.version1(zoned, zoned)))
        .isEqualTo("PROXY TCP6 fe80:0:0:0:0:0:0:1 fe80:0:0:0:0:0:0:1 1 1\r\n");
  }

  @Test
  void addressesThatCannotBeWrittenAreNotTold() throws Exception {
    SocketAddress inet = inet("10.0.0.1", 1);
    assertThat(text(ProxyHeader.version1(unix("/a"), unix("/b")))).isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(text(ProxyHeader.version1(inet, unix("/b")))).isEqualTo("PROXY UNKNOWN\r\n");
    for (SocketAddress other :
        List.of(unix("/b"), unix("/" + "b".repeat(108)), new SocketAddress() {})) {
      assertThat(hex(ProxyHeader.version2(inet, other))).isEqualTo(withoutSpaces("21 00 0000"));
      assertThat(hex(ProxyHeader.version2(other, inet))).isEqualTo(withoutSpaces("21 00 0000"));
    }
    assertThat(hex(ProxyHeader.version2(unix("/a"), unix("/" + "b".repeat(108)))))
        .isEqualTo(withoutSpaces("21 00 0000"));
  }

  @Test
  void nothingIsLookedUp() throws Exception {
    var unresolved = InetSocketAddress.createUnresolved("localhost", 1);
    var resolved = inet("10.0.0.1", 1);
    assertThatThrownBy(() -> ProxyHeader.version1(unresolved, resolved))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ProxyHeader.version2(resolved, unresolved))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void headerThatCannotBeWrittenDoesNotExist() throws Exception {
    var inet = inet("10.0.0.1", 1);
    var line = ProxyHeader.version1(inet, inet);
    var binary = ProxyHeader.version2(inet, inet);
    assertThatThrownBy(() -> line.with(ProxyTlv.alpn("h2"))).hasMessage("version 1 has no TLVs");
    assertThatThrownBy(() -> line.with(new ProxyTls(0, 0, List.of())))
        .hasMessage("version 1 has no TLVs");
    assertThatThrownBy(line::withChecksum).hasMessage("version 1 has no TLVs");
    assertThatThrownBy(() -> binary.with(ProxyTlv.of(ProxyTlv.SSL, "")))
        .hasMessage("SSL is a ProxyTls");
    assertThatThrownBy(() -> binary.withChecksum().with(ProxyTlv.checksum()))
        .hasMessage("a header has one checksum");
    assertThatThrownBy(() -> binary.with(ProxyTlv.of(ProxyTlv.CRC32C, "abc")))
        .hasMessage("a checksum has 4 bytes");
    assertThatThrownBy(() -> binary.with(ProxyTlv.uniqueId(new byte[129])))
        .hasMessage("a unique id has at most 128 bytes");
    assertThat(binary.with(ProxyTlv.uniqueId(new byte[128])).uniqueId()).isPresent();
    assertThatThrownBy(() -> ProxyTlv.of(256, "")).hasMessage("type is 256; allowed: 0 to 255");
    assertThatThrownBy(() -> ProxyTlv.of(1, new byte[65_536]))
        .hasMessage("the value has 65536 bytes; allowed: 0 to 65535");
    assertThatThrownBy(() -> new ProxyTls(0, 1L << 32, List.of()))
        .hasMessage("verify is 4294967296; allowed: 0 to 4294967295");
    for (ProxyHeader.Command command : ProxyHeader.Command.values()) {
      for (ProxyHeader.Protocol protocol : ProxyHeader.Protocol.values()) {
        for (int version = 0; version <= 3; version++) {
          for (Optional<SocketAddress> address :
              List.of(Optional.<SocketAddress>empty(), Optional.<SocketAddress>of(inet))) {
            assertWrittenOrRefused(version, command, protocol, address);
          }
        }
      }
    }
  }

  private static void assertWrittenOrRefused(
      int version,
      ProxyHeader.Command command,
      ProxyHeader.Protocol protocol,
      Optional<SocketAddress> address) {
    boolean right =
        (version == 2
                || (version == 1
                    && command == ProxyHeader.Command.PROXY
                    && protocol != ProxyHeader.Protocol.DATAGRAM))
            && address.isPresent() == (protocol != ProxyHeader.Protocol.UNSPECIFIED)
            && (address.isEmpty() || command == ProxyHeader.Command.PROXY);
    Optional<String> written;
    try {
      written =
          Optional.of(
              hex(
                  new ProxyHeader(
                      version, command, protocol, address, address, List.of(), Optional.empty())));
    } catch (IllegalArgumentException refused) {
      written = Optional.empty();
    }
    assertThat(written.isPresent())
        .as("%d %s %s %s", version, command, protocol, address)
        .isEqualTo(right);
  }

  @Test
  void longestHeaderIsTheLongestOfTheFormat() throws Exception {
    var header = ProxyHeader.version2(unix("/a"), unix("/b"));
    int most = 0xffff - 216 - 3;
    assertThat(header.with(ProxyTlv.of(0xe0, new byte[most])).encode().remaining())
        .isEqualTo(16 + 0xffff);
    assertThatThrownBy(() -> header.with(ProxyTlv.of(0xe0, new byte[most + 1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too long for one header");
    assertThatThrownBy(
            () ->
                header.with(ProxyTlv.of(0xe0, new byte[most])).with(new ProxyTls(0, 0, List.of())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void valueIsACopyThatNobodyCanWrite() {
    byte[] bytes = {1, 2};
    var tlv = ProxyTlv.of(0xe0, bytes);
    bytes[0] = 9;
    assertThat(tlv.value().get()).isEqualTo((byte) 1);
    assertThat(tlv.value().remaining()).isEqualTo(2);
    assertThatThrownBy(() -> tlv.value().put((byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
    assertThat(tlv).isEqualTo(ProxyTlv.of(0xe0, new byte[] {1, 2})).hasToString("0xE0 (2 bytes)");
  }
}
