// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {

  private static final byte[] END = {'\r', '\n', '.', '\r', '\n'};

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  private static @Nullable String text(@Nullable ByteBuffer frame) {
    return frame == null ? null : ISO_8859_1.decode(frame).toString();
  }

  /** One way to take a frame out of bytes; null when there is none. */
  private interface Taker {
    @Nullable String take(ByteBuffer data) throws FrameTooLongException;
  }

  /** All frames of {@code stream}, which arrives in pieces of {@code size} bytes. */
  private static List<String> frames(String stream, int size, Taker taker) throws Exception {
    var frames = new ArrayList<String>();
    String unread = "";
    for (int at = 0; at < stream.length(); at += size) {
      ByteBuffer data = bytes(unread + stream.substring(at, Math.min(stream.length(), at + size)));
      for (String frame = taker.take(data); frame != null; frame = taker.take(data)) {
        frames.add(frame);
      }
      unread = String.valueOf(text(data));
    }
    assertThat(unread).isEmpty();
    return frames;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100})
  void linesAreTheSameInWhateverPiecesTheyArrive(int size) throws Exception {
    assertThat(frames("a\nbc\r\n\n\r\n\rd\n", size, data -> Framing.line(data, 2)))
        .containsExactly("a", "bc", "", "", "\rd");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100})
  void delimitedFramesAreTheSameInWhateverPiecesTheyArrive(int size) throws Exception {
    assertThat(
            frames(
                "ab\r\n.\r\n\r\n.\r\n\r\n.\r\r\n.\r\n",
                size,
                data -> text(Framing.delimited(data, END, 4))))
        .containsExactly("ab", "", "\r\n.\r");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100})
  void prefixedFramesAreTheSameInWhateverPiecesTheyArrive(int size) throws Exception {
    assertThat(frames("\0\2ab\0\0\0\1c", size, data -> text(Framing.lengthPrefixed(data, 2, 2))))
        .containsExactly("ab", "", "c");
    assertThat(frames("\1x\0", size, data -> text(Framing.lengthPrefixed(data, 1, 1))))
        .containsExactly("x", "");
    assertThat(frames("\0\0\0\1x", size, data -> text(Framing.lengthPrefixed(data, 4, 1))))
        .containsExactly("x");
  }

  @Test
  void incompleteFrameLeavesThePosition() throws Exception {
    ByteBuffer data = bytes("xab").position(1);
    assertThat(Framing.line(data, 10)).isNull();
    assertThat(Framing.delimited(data, END, 10)).isNull();
    assertThat(Framing.lengthPrefixed(data, 4, 10)).isNull();
    assertThat(data.position()).isEqualTo(1);
  }

  @Test
  void lineIsTooLongAsSoonAsThatIsKnown() throws Exception {
    assertThat(Framing.line(bytes("abc"), 3)).isNull();
    assertThat(Framing.line(bytes("abc\r"), 3)).isNull(); // the line feed may follow
    assertThat(Framing.line(bytes("abc\r\n"), 3)).isEqualTo("abc");
    for (String tooLong : List.of("abcd", "abcd\n", "abc\rd", "abcd\r\n")) {
      ByteBuffer data = bytes(tooLong);
      assertThatThrownBy(() -> Framing.line(data, 3))
          .isInstanceOf(FrameTooLongException.class)
          .hasMessage("a frame of the peer is longer than the limit of 3 bytes");
      assertThat(data.position()).isZero();
    }
  }

  @Test
  void delimitedFrameIsTooLongAsSoonAsThatIsKnown() throws Exception {
    assertThat(Framing.delimited(bytes("abc\r\n.\r"), END, 3)).isNull();
    assertThatThrownBy(() -> Framing.delimited(bytes("abc\r\n.\rx"), END, 3))
        .isInstanceOf(FrameTooLongException.class);
    assertThatThrownBy(() -> Framing.delimited(bytes("abcd\r\n.\r\n"), END, 3))
        .isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void lengthOfFourGigabytesIsNoNegativeNumber() {
    assertThatThrownBy(
            () -> Framing.lengthPrefixed(bytes("\u00ff\u00ff\u00ff\u00ff"), 4, Integer.MAX_VALUE))
        .isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void linesAreUtf8AndOtherBytesAreReplaced() throws Exception {
    ByteBuffer data = ByteBuffer.wrap("grüß\n".getBytes(UTF_8));
    assertThat(Framing.line(data, 6)).isEqualTo("grüß");
    assertThat(Framing.line(bytes("a\u00ffb\n"), 9)).isEqualTo("a\ufffdb");
  }

  @Test
  void frameIsAViewOfTheData() throws Exception {
    ByteBuffer data = ByteBuffer.allocateDirect(8).put(bytes("\0\2ab\0\1")).flip();
    ByteBuffer frame = Framing.lengthPrefixed(data, 2, 100);
    assertThat(text(frame)).isEqualTo("ab");
    assertThat(data.remaining()).isEqualTo(2);
    data.put(2, (byte) 'x');
    assertThat(text(frame == null ? null : frame.rewind())).isEqualTo("xb");
  }

  @Test
  void wrongArgumentsAreRefusedByName() {
    assertThatThrownBy(() -> Framing.line(bytes(""), -1))
        .hasMessage("limit is -1; allowed: 0 or more");
    assertThatThrownBy(() -> Framing.delimited(bytes("a"), new byte[0], 1))
        .hasMessage("the delimiter is empty; allowed: one byte or more");
    assertThatThrownBy(() -> Framing.lengthPrefixed(bytes("a"), 3, 1))
        .hasMessage("lengthBytes is 3; allowed: 1, 2 or 4");
  }
}
