// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static io.thousandisland.runtime.proxy.Headers.IPV4;
import static io.thousandisland.runtime.proxy.Headers.IPV6;
import static io.thousandisland.runtime.proxy.Headers.LOCAL;
import static io.thousandisland.runtime.proxy.Headers.NONE;
import static io.thousandisland.runtime.proxy.Headers.PROXY;
import static io.thousandisland.runtime.proxy.Headers.SIGNATURE;
import static io.thousandisland.runtime.proxy.Headers.TCP4;
import static io.thousandisland.runtime.proxy.Headers.TCP6;
import static io.thousandisland.runtime.proxy.Headers.bytes;
import static io.thousandisland.runtime.proxy.Headers.checksummed;
import static io.thousandisland.runtime.proxy.Headers.hex;
import static io.thousandisland.runtime.proxy.Headers.join;
import static io.thousandisland.runtime.proxy.Headers.tlv;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.ProxyTls;
import io.thousandisland.handler.ProxyTlv;
import io.thousandisland.runtime.proxy.Parsed.Complete;
import io.thousandisland.runtime.proxy.Parsed.Incomplete;
import io.thousandisland.runtime.proxy.Parsed.Malformed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers of version 2 (section 2.2): mistakes, and facts. */
class BinaryParserTest {

  private static final String PAIR =
      "one of address family and protocol is unspecified, and the other is not";
  private static final String LONG = "it is longer than 16384 bytes";
  private static final String SHORT = "it is too short for its addresses";
  private static final String CUT = "a TLV has no length";
  private static final String OVER = "a TLV is longer than the bytes that are left for it";
  private static final String MANY = "it has more than 128 TLVs";

  private static final byte[] NOOP = tlv(ProxyTlv.NOOP, "");

  private static Parsed parse(byte[] bytes) {
    return HeaderParser.parse(ByteBuffer.wrap(bytes));
  }

  private static ProxyHeader header(byte[] bytes) {
    Parsed parsed = parse(bytes);
    assertThat(parsed).isInstanceOf(Complete.class);
    return ((Complete) parsed).header();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "01              | its version is 0, and this server knows 1 and 2",
        "11              | its version is 1, and this server knows 1 and 2",
        "31              | its version is 3, and this server knows 1 and 2",
        "f1              | its version is 15, and this server knows 1 and 2",
        "22              | its command is 2, neither LOCAL nor PROXY",
        "2f              | its command is 15, neither LOCAL nor PROXY",
        "21 41           | its address family is 4 and its protocol 1, which is unknown",
        "21 13           | its address family is 1 and its protocol 3, which is unknown",
        "21 ff           | its address family is 15 and its protocol 15, which is unknown",
        "21 01           | " + PAIR,
        "21 10           | " + PAIR,
        "21 20           | " + PAIR,
        "21 30           | " + PAIR,
        "21 11 40        | " + LONG,
        "21 11 3f f1     | " + LONG,
        "20 00 ff        | " + LONG,
        "21 11 00 00     | " + SHORT,
        "21 12 00 0b     | " + SHORT,
        "21 21 00 23     | " + SHORT,
        "21 31 00 d7     | " + SHORT,
      })
  void k14LastByteOfTheseProvesThatTheFixedPartIsMalformed(String digits, String reason) {
    byte[] bytes = join(SIGNATURE, hex(digits));
    assertThat(parse(Arrays.copyOf(bytes, bytes.length - 1))).isEqualTo(new Incomplete());
    assertThat(parse(bytes)).isEqualTo(new Malformed(reason));
    assertThat(parse(Arrays.copyOf(bytes, 70_000))).isEqualTo(new Malformed(reason));
    assertThat(parse(join(bytes, new byte[300]))).isEqualTo(new Malformed(reason));
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @MethodSource
  void k14TheseAreMalformedOnceAllBytesAreThere(byte[] bytes, String reason) {
    assertThat(parse(Arrays.copyOf(bytes, bytes.length - 1))).isEqualTo(new Incomplete());
    assertThat(parse(bytes)).isEqualTo(new Malformed(reason));
    assertThat(parse(join(bytes, new byte[70_000]))).isEqualTo(new Malformed(reason));
  }

  static Stream<Arguments> k14TheseAreMalformedOnceAllBytesAreThere() {
    byte[] right = checksummed(bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.AUTHORITY, "a")));
    byte[] tls = tlv(ProxyTlv.SSL, hex("00 00000000"));
    return Stream.of(
        arguments(bytes(PROXY, TCP4, IPV4, hex("e0")), CUT),
        arguments(bytes(PROXY, TCP4, IPV4, hex("e0 00")), CUT),
        arguments(bytes(PROXY, NONE, hex("e0 00")), CUT),
        arguments(bytes(LOCAL, NONE, hex("e0 00")), CUT),
        arguments(bytes(PROXY, TCP6, IPV6, hex("e0 0001")), OVER),
        arguments(bytes(PROXY, TCP4, IPV4, hex("e0 0002 00")), OVER),
        arguments(bytes(PROXY, TCP4, IPV4, hex("04 ffff 00")), OVER),
        arguments(bytes(PROXY, TCP4, IPV4, tlv(0xe0, "x"), hex("e0 0003 0000")), OVER),
        arguments(bytes(PROXY, TCP4, IPV4, tlv(3, hex("000000"))), "its checksum has not 4 bytes"),
        arguments(bytes(PROXY, TCP4, IPV4, tlv(3, "")), "its checksum has not 4 bytes"),
        arguments(bytes(PROXY, TCP4, IPV4, tlv(3, new byte[5])), "its checksum has not 4 bytes"),
        arguments(bytes(PROXY, TCP4, IPV4, tlv(3, new byte[4])), "its checksum is wrong"),
        arguments(bytes(LOCAL, NONE, tlv(3, new byte[4])), "its checksum is wrong"),
        arguments(checksummed(right), "it has two checksums"),
        arguments(
            bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.UNIQUE_ID, new byte[129])),
            "its unique id has more than 128 bytes"),
        arguments(
            bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.SSL, hex("00 000000"))),
            "its facts of TLS are too short"),
        arguments(
            bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.SSL, "")), "its facts of TLS are too short"),
        arguments(bytes(PROXY, TCP4, IPV4, tls, tls), "it has the facts of TLS twice"),
        arguments(bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.SSL, hex("00 00000000 21 00"))), CUT),
        arguments( // the fact would end within the header, but behind the facts of TLS
            bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.SSL, hex("00 00000000 21 0001")), NOOP), OVER),
        arguments(bytes(PROXY, TCP4, join(IPV4), times(129, NOOP)), MANY),
        arguments(
            bytes(
                PROXY,
                TCP4,
                IPV4,
                times(64, NOOP),
                tlv(ProxyTlv.SSL, hex("00 00000000"), times(64, NOOP))),
            MANY));
  }

  private static byte[] times(int times, byte[] bytes) {
    return join(Collections.nCopies(times, bytes).toArray(byte[][]::new));
  }

  @Test
  void asManyTlvsAsAllowedAreTaken() {
    byte[] all = times(127, tlv(0xe0, "x"));
    assertThat(header(bytes(PROXY, TCP4, IPV4, all, NOOP)).tlvs()).hasSize(127);
  }

  @Test
  void k14ChecksumNoticesEveryBitThatIsWrong() {
    byte[] right = checksummed(bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.AUTHORITY, "a")));
    assertThat(parse(right)).isInstanceOf(Complete.class);
    for (int bit = 0; bit < 8 * right.length; bit++) {
      byte[] wrong = right.clone();
      wrong[bit / 8] ^= (byte) (1 << bit % 8);
      // LOCAL with addresses is not looked at, and a checksum of another type is none
      boolean unseen = bit == 8 * 12 || bit / 8 == right.length - 7;
      assertThat(parse(wrong) instanceof Complete).as("bit %d", bit).isEqualTo(unseen);
    }
  }

  @Test
  void k5TypedFactsAreThoseOfTheBytes() {
    byte[] bytes =
        bytes(
            PROXY,
            TCP4,
            IPV4,
            tlv(ProxyTlv.ALPN, "h2"),
            tlv(ProxyTlv.AUTHORITY, "bücher.example"),
            tlv(ProxyTlv.UNIQUE_ID, hex("00 ff")),
            tlv(ProxyTlv.NETNS, "blue"),
            tlv(0xe7, hex("01")),
            tlv(0xe7, hex("02")),
            tlv(
                ProxyTlv.SSL,
                hex("05 00000000"),
                tlv(ProxyTls.VERSION, "TLSv1.3"),
                tlv(ProxyTls.COMMON_NAME, "Ännchen"),
                tlv(ProxyTls.CIPHER, "TLS_AES_128_GCM_SHA256"),
                tlv(ProxyTls.SIGNATURE_ALGORITHM, "RSA-SHA256"),
                tlv(ProxyTls.KEY_ALGORITHM, "RSA2048"),
                tlv(ProxyTls.GROUP, "X25519"),
                tlv(ProxyTls.SIGNATURE_SCHEME, "rsa_pss_rsae_sha256"),
                tlv(ProxyTls.CLIENT_CERTIFICATE, hex("30 00"))));
    ProxyHeader header = header(bytes);
    assertThat(header.applicationProtocol()).contains("h2");
    assertThat(header.authority()).contains("bücher.example");
    assertThat(header.uniqueId()).contains(ByteBuffer.wrap(hex("00 ff")));
    assertThat(header.networkNamespace()).contains("blue");
    assertThat(header.tlv(0xe7).map(ProxyTlv::value)).contains(ByteBuffer.wrap(hex("01")));
    assertThat(header.tlvs()).hasSize(6);
    ProxyTls tls = header.tls().orElseThrow();
    assertThat(tls.overTls()).isTrue();
    assertThat(tls.verified()).isTrue();
    assertThat(tls.version()).contains("TLSv1.3");
    assertThat(tls.commonName()).contains("Ännchen");
    assertThat(tls.cipher()).contains("TLS_AES_128_GCM_SHA256");
    assertThat(tls.signatureAlgorithm()).contains("RSA-SHA256");
    assertThat(tls.keyAlgorithm()).contains("RSA2048");
    assertThat(tls.group()).contains("X25519");
    assertThat(tls.signatureScheme()).contains("rsa_pss_rsae_sha256");
    assertThat(tls.clientCertificate()).contains(ByteBuffer.wrap(hex("30 00")));
  }

  @ParameterizedTest
  @CsvSource({
    "00 00000000, false, false",
    "01 00000000, true, false", // HAProxy's answer for a client without a certificate
    "03 00000000, true, true",
    "05 00000000, true, true",
    "07 00000000, true, true",
    "07 00000001, true, false",
    "07 80000000, true, false",
  })
  void clientIsVerifiedIfItHasShownACertificateThatIsValid(
      String digits, boolean overTls, boolean verified) {
    ProxyHeader header = header(bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.SSL, hex(digits))));
    ProxyTls tls = header.tls().orElseThrow();
    assertThat(tls.overTls()).isEqualTo(overTls);
    assertThat(tls.verified()).isEqualTo(verified);
  }
}
