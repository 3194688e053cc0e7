// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.thousandisland.runtime.proxy.Parsed.Incomplete;
import io.thousandisland.runtime.proxy.Parsed.Malformed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes in headers of version 1 (section 2.1). */
class LineParserTest {

  private static final String SPACE = "no space follows PROXY";
  private static final String PROTOCOL = "the protocol is not TCP4, TCP6 or UNKNOWN";
  private static final String SOURCE4 = "the source is no IPv4 address";
  private static final String DESTINATION4 = "the destination is no IPv4 address";
  private static final String SOURCE6 = "the source is no IPv6 address";
  private static final String DESTINATION6 = "the destination is no IPv6 address";
  private static final String SOURCE_PORT = "the source port is no number from 0 to 65535";
  private static final String DESTINATION_PORT =
      "the destination port is no number from 0 to 65535";
  private static final String EARLY = "the line ends before its last field";
  private static final String LINE_FEED = "a line feed has no carriage return before it";
  private static final String CARRIAGE_RETURN = "a carriage return has no line feed behind it";
  private static final String MORE = "more follows the destination port";
  private static final String TOO_LONG = "the line has no end within 107 bytes";

  private static Parsed parse(byte[] bytes) {
    return HeaderParser.parse(ByteBuffer.wrap(bytes));
  }

  private static Parsed parse(String text) {
    return parse(text.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @MethodSource
  void k14LastByteOfTheseProvesThatTheLineIsMalformed(String text, String reason) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    assertThat(parse(Arrays.copyOf(bytes, bytes.length - 1))).isEqualTo(new Incomplete());
    var malformed = new Malformed(reason);
    assertThat(parse(bytes)).isEqualTo(malformed);
    assertThat(parse(text + "\r\n")).isEqualTo(malformed);
    assertThat(parse(text + " 1.2.3.4 5.6.7.8 1 2\r\n")).isEqualTo(malformed);
    assertThat(parse(text + "\n".repeat(200))).isEqualTo(malformed);
  }

  static Stream<Arguments> k14LastByteOfTheseProvesThatTheLineIsMalformed() {
    String addresses = "PROXY TCP4 1.2.3.4 5.6.7.8 ";
    return Stream.of(
        arguments("PROXYX", SPACE),
        arguments("PROXY\t", SPACE),
        arguments("PROXY\0", SPACE),
        arguments("PROXY\r", EARLY),
        arguments("PROXY\n", EARLY),
        arguments("PROXY  ", PROTOCOL),
        arguments("PROXY \r", PROTOCOL),
        arguments("PROXY t", PROTOCOL),
        arguments("PROXY TCP ", PROTOCOL),
        arguments("PROXY TCP5", PROTOCOL),
        arguments("PROXY UD", PROTOCOL),
        arguments("PROXY TCP4\t", PROTOCOL),
        arguments("PROXY UNKNOWNX", PROTOCOL),
        arguments("PROXY TCP4\r", EARLY),
        arguments("PROXY UNKNOWN\n", LINE_FEED),
        arguments("PROXY UNKNOWN a\n", LINE_FEED),
        arguments("PROXY UNKNOWN a\rb", CARRIAGE_RETURN),
        arguments("PROXY UNKNOWN\r\r", CARRIAGE_RETURN),
        arguments("PROXY TCP4  ", SOURCE4),
        arguments("PROXY TCP4 \r", SOURCE4),
        arguments("PROXY TCP4 .", SOURCE4),
        arguments("PROXY TCP4 1..", SOURCE4),
        arguments("PROXY TCP4 256", SOURCE4),
        arguments("PROXY TCP4 01", SOURCE4),
        arguments("PROXY TCP4 1.00", SOURCE4),
        arguments("PROXY TCP4 0x", SOURCE4),
        arguments("PROXY TCP4 +", SOURCE4),
        arguments("PROXY TCP4 -", SOURCE4),
        arguments("PROXY TCP4 l", SOURCE4), // as in localhost: nothing is looked up
        arguments("PROXY TCP4 :", SOURCE4),
        arguments("PROXY TCP4 1.\u00b2", SOURCE4), // a superscript two
        arguments("PROXY TCP4 1.2.3 ", SOURCE4),
        arguments("PROXY TCP4 1.2.3. ", SOURCE4),
        arguments("PROXY TCP4 1.2.3.4.", SOURCE4),
        arguments("PROXY TCP4 1.2.3.4/", SOURCE4),
        arguments("PROXY TCP4 1.2.3.4\r", EARLY),
        arguments("PROXY TCP4 1.2.3.4  ", DESTINATION4),
        arguments("PROXY TCP4 1.2.3.4 5.6.7 ", DESTINATION4),
        arguments("PROXY TCP4 1.2.3.4 5.6.7.8\r", EARLY),
        arguments("PROXY TCP4 1.2.3.4 5.6.7.8\n", EARLY),
        arguments(addresses + " ", SOURCE_PORT),
        arguments(addresses + "\r", SOURCE_PORT),
        arguments(addresses + "+", SOURCE_PORT),
        arguments(addresses + "-", SOURCE_PORT),
        arguments(addresses + "00", SOURCE_PORT),
        arguments(addresses + "01", SOURCE_PORT),
        arguments(addresses + "65536", SOURCE_PORT),
        arguments(addresses + "99999", SOURCE_PORT),
        arguments(addresses + "655350", SOURCE_PORT),
        arguments(addresses + "1\r", EARLY),
        arguments(addresses + "1 \r", DESTINATION_PORT),
        arguments(addresses + "1 ?", DESTINATION_PORT),
        arguments(addresses + "1 02", DESTINATION_PORT),
        arguments(addresses + "1 65536", DESTINATION_PORT),
        arguments(addresses + "1 2\0", DESTINATION_PORT),
        arguments(addresses + "1 2 ", MORE),
        arguments(addresses + "1 2\n", LINE_FEED),
        arguments(addresses + "1 2\r\r", CARRIAGE_RETURN),
        arguments(addresses + "1 2\rG", CARRIAGE_RETURN),
        arguments("PROXY TCP6 g", SOURCE6),
        arguments("PROXY TCP6 [", SOURCE6),
        arguments("PROXY TCP6 fe80::1%", SOURCE6),
        arguments("PROXY TCP6 1.2.3.4 ", SOURCE6),
        arguments("PROXY TCP6 1:2:3:4:5:6:7:8:9 ", SOURCE6),
        arguments("PROXY TCP6 " + "0".repeat(46), SOURCE6),
        arguments("PROXY TCP6 :: 1.2.3.4 ", DESTINATION6),
        arguments("PROXY TCP6 ::\r", EARLY),
        arguments("PROXY UNKNOWN " + "x".repeat(93), TOO_LONG),
        arguments("PROXY UNKNOWN " + "x".repeat(92) + "\r", TOO_LONG),
        arguments(
            "PROXY TCP6 " + ("0000:".repeat(6) + "255.255.255.255 ").repeat(2) + "6553", TOO_LONG));
  }
}
