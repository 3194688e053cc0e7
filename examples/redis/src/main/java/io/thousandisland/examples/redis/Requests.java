// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.redis;

import io.thousandisland.handler.Framing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of RESP, the protocol of Redis: arrays of strings, or a line of words. A string of
 * the result has one character for each byte.
 */
final class Requests {

  /** Longer than any header, and than any line of words that a person types. */
  private static final int LONGEST_LINE = 64 * 1024;

  private static final int MOST_WORDS = 1024;
  static final int LONGEST_STRING = 512 * 1024;

  /** Fewer bytes than the server keeps unread, so that the peer is told. */
  private static final int LONGEST_REQUEST = LONGEST_STRING + LONGEST_LINE;

  /** A peer that does not speak the protocol; the message is for the peer. */
  static final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolException(String message) {
      super("Protocol error: " + message);
    }
  }

  private Requests() {}

  /** The next request; null when it is not complete yet, and then the position stays. */
  static @Nullable List<String> next(ByteBuffer data) throws IOException {
    int start = data.position();
    List<String> request = take(data);
    if (request == null) {
      data.position(start);
      if (data.remaining() > LONGEST_REQUEST) {
        throw new ProtocolException("too big request");
      }
    }
    return request;
  }

  private static @Nullable List<String> take(ByteBuffer data) throws IOException {
    String line = Framing.line(data, LONGEST_LINE);
    if (line == null) {
      return null;
    }
    if (!line.startsWith("*")) {
      return line.isBlank() ? List.of() : Arrays.asList(line.strip().split("\\s+"));
    }
    int count = number(line, MOST_WORDS, "invalid multibulk length");
    var words = new ArrayList<String>(count);
    while (words.size() < count) {
      String word = word(data);
      if (word == null) {
        return null;
      }
      words.add(word);
    }
    return words;
  }

  private static @Nullable String word(ByteBuffer data) throws IOException {
    String header = Framing.line(data, LONGEST_LINE);
    if (header == null) {
      return null;
    }
    if (!header.startsWith("$")) {
      String found = header.isEmpty() ? " " : header.substring(0, 1);
      throw new ProtocolException("expected '$', got '" + found + "'");
    }
    int length = number(header, LONGEST_STRING, "invalid bulk length");
    if (data.remaining() < length + 2) {
      return null;
    }
    ByteBuffer word = data.slice(data.position(), length);
    data.position(data.position() + length);
    if (data.get() != '\r' || data.get() != '\n') {
      throw new ProtocolException("no line end behind a string");
    }
    return StandardCharsets.ISO_8859_1.decode(word).toString();
  }

  private static int number(String header, int most, String otherwise) throws ProtocolException {
    try {
      int number = Integer.parseInt(header.substring(1));
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // falls through to the same message
    }
    throw new ProtocolException(otherwise);
  }
}
