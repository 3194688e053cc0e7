// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Methods that take whole frames out of the bytes of {@link Handler#handleData}: lines, frames
 * before a delimiter, and frames behind their length.
 *
 * <pre>{@code
 * for (String line = Framing.line(data, 1024); line != null; line = Framing.line(data, 1024)) {
 *   socket.send("You said " + line + "\n");
 * }
 * return Next.proceed(state);
 * }</pre>
 *
 * <p>Each method returns the next frame and moves the position of {@code data} behind it. When the
 * frame is not complete yet, the method returns null and leaves the position: the server then keeps
 * the bytes, and they come again in front of the bytes that arrive next. Take frames until there is
 * none: a whole frame that is left in {@code data} comes again only when more bytes arrive.
 *
 * <p>The limit of a frame must be smaller than the server's {@code unreadLimit} (1 MiB unless
 * configured otherwise). A frame that is longer than the limit ends in a {@link
 * FrameTooLongException}, as soon as that is known; the position then stays, too.
 *
 * <p>Thread: any; the methods keep nothing.
 */
public final class Framing {
  private Framing() {}

  /**
   * The next line as UTF-8 text, without its line feed, or carriage return and line feed. Bytes
   * that are no UTF-8 become U+FFFD.
   *
   * @param limit the most bytes of a line, without its end; 0 or more
   * @return null when no line feed has arrived yet
   * @throws FrameTooLongException when the line has more than {@code limit} bytes
   */
  public static @Nullable String line(ByteBuffer data, int limit) throws FrameTooLongException {
    requireLimit(limit);
    int end = indexOf(data, (byte) '\n', data.position());
    int last = end < 0 ? data.limit() : end;
    if (last > data.position() && data.get(last - 1) == '\r') {
      last--;
    }
    requireShort(last - data.position(), limit);
    if (end < 0) {
      return null;
    }
    String line = StandardCharsets.UTF_8.decode(range(data, data.position(), last)).toString();
    data.position(end + 1);
    return line;
  }

  /**
   * The bytes before the next delimiter, as a view of {@code data}; the delimiter is skipped. The
   * view is valid as long as {@code data}: for the callback.
   *
   * @param delimiter one byte or more
   * @param limit the most bytes of a frame, without its delimiter; 0 or more
   * @return null when no delimiter has arrived yet
   * @throws FrameTooLongException when the frame has more than {@code limit} bytes
   */
  public static @Nullable ByteBuffer delimited(ByteBuffer data, byte[] delimiter, int limit)
      throws FrameTooLongException {
    requireLimit(limit);
    int end = indexOf(data, delimiter, data.position());
    if (end < 0) {
      // the end of the bytes may be the beginning of the delimiter
      requireShort(data.remaining() - (delimiter.length - 1), limit);
      return null;
    }
    requireShort(end - data.position(), limit);
    ByteBuffer frame = range(data, data.position(), end);
    data.position(end + delimiter.length);
    return frame;
  }

  /**
   * The bytes behind the next length, as a view of {@code data}. The length is an unsigned number,
   * its most significant byte first, and does not count itself. The view is valid as long as {@code
   * data}: for the callback.
   *
   * @param lengthBytes the bytes of the length: 1, 2 or 4
   * @param limit the most bytes of a frame, without its length; 0 or more
   * @return null when not all of the frame has arrived yet
   * @throws FrameTooLongException when the length is more than {@code limit}
   */
  public static @Nullable ByteBuffer lengthPrefixed(ByteBuffer data, int lengthBytes, int limit)
      throws FrameTooLongException {
    requireLimit(limit);
    if (lengthBytes != 1 && lengthBytes != 2 && lengthBytes != 4) {
      throw new IllegalArgumentException("lengthBytes is " + lengthBytes + "; allowed: 1, 2 or 4");
    }
    if (data.remaining() < lengthBytes) {
      return null;
    }
    long length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length = (length << 8) | (data.get(data.position() + i) & 0xff);
    }
    requireShort(length, limit);
    if (data.remaining() - lengthBytes < length) {
      return null;
    }
    int begin = data.position() + lengthBytes;
    int end = begin + (int) length;
    ByteBuffer frame = range(data, begin, end);
    data.position(end);
    return frame;
  }

  /**
   * The index of the first {@code delimiter} in {@code data} at {@code from} or later; negative
   * when there is none. Neither position nor limit changes.
   *
   * @throws IllegalArgumentException when the delimiter is empty
   */
  public static int indexOf(ByteBuffer data, byte[] delimiter, int from) {
    if (delimiter.length == 0) {
      throw new IllegalArgumentException("the delimiter is empty; allowed: one byte or more");
    }
    int lastStart = data.limit() - delimiter.length;
    int at = indexOf(data, delimiter[0], from);
    while (at >= 0 && at <= lastStart) {
      if (matches(data, at, delimiter)) {
        return at;
      }
      at = indexOf(data, delimiter[0], at + 1);
    }
    return -1;
  }

  private static int indexOf(ByteBuffer data, byte wanted, int from) {
    for (int i = from; i < data.limit(); i++) {
      if (data.get(i) == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static boolean matches(ByteBuffer data, int at, byte[] delimiter) {
    for (int i = 1; i < delimiter.length; i++) {
      if (data.get(at + i) != delimiter[i]) {
        return false;
      }
    }
    return true;
  }

  private static ByteBuffer range(ByteBuffer data, int from, int to) {
    return data.slice(from, to - from);
  }

  private static void requireLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit is " + limit + "; allowed: 0 or more");
    }
  }

  private static void requireShort(long length, int limit) throws FrameTooLongException {
    if (length > limit) {
      throw new FrameTooLongException(limit);
    }
  }
}
