// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static io.thousandisland.runtime.proxy.Headers.IPV4;
import static io.thousandisland.runtime.proxy.Headers.LOCAL;
import static io.thousandisland.runtime.proxy.Headers.NONE;
import static io.thousandisland.runtime.proxy.Headers.PROXY;
import static io.thousandisland.runtime.proxy.Headers.TCP4;
import static io.thousandisland.runtime.proxy.Headers.TCP6;
import static io.thousandisland.runtime.proxy.Headers.UNIX_STREAM;
import static io.thousandisland.runtime.proxy.Headers.bytes;
import static io.thousandisland.runtime.proxy.Headers.hex;
import static io.thousandisland.runtime.proxy.Headers.join;
import static io.thousandisland.runtime.proxy.Headers.tlv;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.ProxyTlv;
import io.thousandisland.runtime.proxy.Parsed.Complete;
import io.thousandisland.runtime.proxy.Parsed.Incomplete;
import io.thousandisland.runtime.proxy.Parsed.Malformed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The faults that other parsers of this header had, by their public numbers. */
class TroubleOfOtherParsersTest {

  private static Parsed parse(byte[] bytes) {
    return HeaderParser.parse(ByteBuffer.wrap(bytes));
  }

  private static Parsed parse(String text) {
    return parse(text.getBytes(ISO_8859_1));
  }

  private static ProxyHeader header(Parsed parsed) {
    assertThat(parsed).isInstanceOf(Complete.class);
    return ((Complete) parsed).header();
  }

  @Test
  void tlsFactsWithinTlsFactsTakeNoStack_netty_CVE_2022_41881() {
    byte[] nested = new byte[0];
    while (nested.length + 8 + 28 < HeaderParser.MOST_BYTES) {
      nested = tlv(ProxyTlv.SSL, hex("00 00000000"), nested);
    }
    var tls = header(parse(bytes(PROXY, TCP4, IPV4, nested))).tls().orElseThrow();
    assertThat(tls.tlvs()).hasSize(1);
  }

  @Test
  void addressesThatAreMissingAreNotRead_mastercactapus_CVE_2019_14243() {
    for (int pair : new int[] {0x11, 0x12, 0x21, 0x22, 0x31, 0x32}) {
      assertThat(parse(bytes(PROXY, pair))).isInstanceOf(Malformed.class);
    }
  }

  @Test
  void lineWithoutAnEndIsNotWaitedFor_pires_CVE_2021_23351() {
    assertThat(parse("PROXY UNKNOWN " + "x".repeat(92))).isEqualTo(new Incomplete());
    assertThat(parse("PROXY UNKNOWN " + "x".repeat(93))).isInstanceOf(Malformed.class);
    assertThat(parse("PROXY UNKNOWN " + "x".repeat(1 << 20))).isInstanceOf(Malformed.class);
  }

  @Test
  void lengthAloneTakesNoMemory_envoyAndOthers() {
    assertThat(parse(Arrays.copyOf(bytes(LOCAL, NONE, new byte[16_368]), 16)))
        .isEqualTo(new Incomplete());
    assertThat(parse(join(Headers.SIGNATURE, hex("20 00 ffff")))).isInstanceOf(Malformed.class);
  }

  @Test
  void fieldsThatAreMissingAreNotRead_httpd_CVE_2019_10097() {
    String line = "PROXY TCP4 1.2.3.4 5.6.7.8 1 2";
    for (int i = line.lastIndexOf(' '); i > 0; i = line.lastIndexOf(' ', i - 1)) {
      assertThat(parse(line.substring(0, i) + "\r\n")).isInstanceOf(Malformed.class);
      assertThat(parse(line.substring(0, i) + " \r\n")).isInstanceOf(Malformed.class);
    }
  }

  @Test
  void checksumOfAnotherLengthIsNotReadBeyondItsEnd_varnish_72() {
    for (int length : new int[] {0, 1, 3, 5}) {
      assertThat(parse(bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.CRC32C, new byte[length]))))
          .isEqualTo(new Malformed("its checksum has not 4 bytes"));
    }
  }

  @Test
  void headerInTwoPiecesIsNoMalformedOne_nginx_1400_squid_342() {
    byte[] header = bytes(PROXY, TCP4, IPV4, tlv(0xe0, new byte[3_000]));
    for (int come : new int[] {1, 12, 13, 15, 16, 1_460, header.length - 1}) {
      assertThat(parse(Arrays.copyOf(header, come))).isEqualTo(new Incomplete());
    }
    assertThat(parse("PROX")).isEqualTo(new Incomplete());
    assertThat(parse("PROXY")).isEqualTo(new Incomplete());
  }

  @Test
  void dataBehindTheHeaderAreNoTlv_trafficserver_12141() {
    byte[] header = bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.AUTHORITY, "right"));
    Parsed parsed = parse(join(header, tlv(ProxyTlv.NETNS, "data")));
    assertThat(header(parsed).tlvs()).containsExactly(ProxyTlv.authority("right"));
  }

  @Test
  void rightTlvsBeforeAWrongOneDoNotCount_esockd_219() {
    byte[] header = bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.AUTHORITY, "a"), hex("e0 0009 00"));
    assertThat(parse(header)).isInstanceOf(Malformed.class);
  }

  @Test
  void valueOfNoBytesIsAValue_pires_57() {
    byte[] header = bytes(PROXY, TCP4, IPV4, tlv(0xe0, ""));
    assertThat(header(parse(header)).tlvs()).containsExactly(ProxyTlv.of(0xe0, ""));
  }

  @Test
  void localHeaderWithoutAddressesCanBeWrittenAgain_envoy_CVE_2024_23327() {
    byte[] header = bytes(LOCAL, NONE);
    assertThat(header(parse(header)).encode()).isEqualTo(ByteBuffer.wrap(header));
  }

  @Test
  void addressesThatThisSystemCannotHaveEndNoProcess_envoy_CVE_2024_23325() {
    for (String path : new String[] {"\0abstract", "\u00ff", "a\nb", "x".repeat(108), ""}) {
      byte[] header = bytes(PROXY, UNIX_STREAM, Headers.path(path), Headers.path(path));
      assertThat(header(parse(header)).source()).isPresent();
    }
    assertThat(header(parse(bytes(PROXY, TCP6, Headers.IPV6))).source()).isPresent();
  }

  @Test
  void textThatIsNoUtf8IsShownAsSuch_envoy_CVE_2024_23324() {
    byte[] header = bytes(PROXY, TCP4, IPV4, tlv(ProxyTlv.AUTHORITY, hex("61 c3 28")));
    assertThat(header(parse(header)).authority()).contains("a\ufffd(");
    assertThat(header(parse(header)).tlvs()).containsExactly(ProxyTlv.of(2, hex("61 c3 28")));
  }

  @Test
  void localHeaderWithAddressesIsAHealthCheck_dovecot_125() {
    byte[] header = bytes(LOCAL, TCP4, IPV4, tlv(ProxyTlv.NETNS, "blue"));
    assertThat(parse(header)).isEqualTo(new Complete(ProxyHeader.local(), header.length));
  }

  @Test
  void lineFeedAloneEndsNoLine_squid_342() {
    assertThat(parse("PROXY UNKNOWN\n")).isInstanceOf(Malformed.class);
    assertThat(parse("PROXY UNKNOWN x\nGET / HTTP/1.1\r\n")).isInstanceOf(Malformed.class);
  }

  @Test
  void reasonHasNoBytesOfThePeer() {
    String hostile = "\u001b[2J%n${jndi:ldap://x}";
    for (String before : new String[] {"PROXY", "PROXY ", "PROXY TCP4 ", "PROXY TCP6 ::1 "}) {
      assertThat(((Malformed) parse(before + hostile + "\r\n")).reason()).matches("[A-Za-z0-9 ,]+");
    }
  }
}
