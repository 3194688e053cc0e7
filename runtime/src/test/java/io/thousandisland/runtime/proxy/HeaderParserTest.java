// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static io.thousandisland.runtime.proxy.Headers.join;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.proxy.Headers.Valid;
import io.thousandisland.runtime.proxy.Parsed.Complete;
import io.thousandisland.runtime.proxy.Parsed.Incomplete;
import io.thousandisland.runtime.proxy.Parsed.NoHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that are right, and bytes that are none, in every split. */
class HeaderParserTest {

  private static final byte[] DATA = "PROXY of the client's own\r\n".getBytes(US_ASCII);

  private static Parsed parse(byte[] bytes) {
    return HeaderParser.parse(ByteBuffer.wrap(bytes));
  }

  private static List<Valid> valid() {
    return Headers.VALID;
  }

  @ParameterizedTest
  @MethodSource("valid")
  void k14HeaderIsUnderstoodInEverySplitAndEndsWhereTheDataBegin(Valid valid) {
    byte[] header = valid.bytes();
    byte[] all = join(header, DATA);
    var whole = new Complete(valid.header(), header.length);
    for (int come = 0; come <= all.length; come++) {
      assertThat(parse(Arrays.copyOf(all, come)))
          .as("%d of %d bytes", come, header.length)
          .isEqualTo(come < header.length ? new Incomplete() : whole);
    }
  }

  @ParameterizedTest
  @MethodSource("valid")
  void bufferOfAnyKindStaysAsItIsAndNoByteOutsideItsLimitsCounts(Valid valid) {
    int length = valid.bytes().length;
    byte[] all = join(new byte[] {'P', 'R', 'O'}, valid.bytes(), DATA);
    List<IntFunction<ByteBuffer>> kinds =
        List.of(
            ByteBuffer::allocate,
            ByteBuffer::allocateDirect,
            size -> ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN));
    for (IntFunction<ByteBuffer> kind : kinds) {
      ByteBuffer buffer = kind.apply(all.length).put(all).position(3).limit(3 + length);
      assertThat(HeaderParser.parse(buffer)).isEqualTo(new Complete(valid.header(), length));
      assertThat(HeaderParser.parse(buffer.asReadOnlyBuffer()))
          .isEqualTo(new Complete(valid.header(), length));
      assertThat(buffer.position()).isEqualTo(3);
      assertThat(buffer.limit()).isEqualTo(3 + length);
      assertThat(HeaderParser.parse(buffer.limit(2 + length))).isEqualTo(new Incomplete());
    }
  }

  @ParameterizedTest
  @MethodSource("valid")
  void factsOutliveTheBufferInWhichTheyCame(Valid valid) {
    byte[] bytes = valid.bytes().clone();
    Parsed parsed = parse(bytes);
    Arrays.fill(bytes, (byte) 'x');
    assertThat(parsed).isEqualTo(new Complete(valid.header(), bytes.length));
  }

  @ParameterizedTest
  @MethodSource("valid")
  void headerThatIsWrittenMeansTheSameWhenItIsRead(Valid valid) {
    ByteBuffer written = valid.header().encode();
    assertThat(HeaderParser.parse(written))
        .isEqualTo(new Complete(valid.header(), written.remaining()));
  }

  @Test
  void firstByteTellsAHeaderFromMostOtherBytes() {
    for (int first = 0; first < 256; first++) {
      assertThat(parse(new byte[] {(byte) first}))
          .isEqualTo(first == 'P' || first == '\r' ? new Incomplete() : new NoHeader());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "G",
        "\n",
        "\0",
        "p",
        "\u0016",
        "PRo",
        "PROXX",
        "PO",
        "\r\r",
        "\r\n\r\n\r",
        "\r\n\r\n\0\r\nQUIT\r",
        "\r\n\r\n\0\r\nQUIT "
      })
  void lastByteOfTheseProvesThatTheyAreNoHeader(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    assertThat(parse(Arrays.copyOf(bytes, bytes.length - 1))).isEqualTo(new Incomplete());
    assertThat(parse(bytes)).isEqualTo(new NoHeader());
    assertThat(parse(join(bytes, Headers.line("UNKNOWN")))).isEqualTo(new NoHeader());
  }

  @Test
  void headerAfterAHeaderBelongsToTheClient() {
    byte[] first = Headers.line("TCP4 192.168.0.1 192.168.0.11 56324 443");
    byte[] second = Headers.line("TCP4 6.6.6.6 6.6.6.6 6 6");
    assertThat(parse(join(first, second))).isEqualTo(parse(first));
  }
}
