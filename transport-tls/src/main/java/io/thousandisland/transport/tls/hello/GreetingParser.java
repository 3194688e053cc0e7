// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.hello;

import io.thousandisland.transport.tls.hello.Greeting.Hello;
import io.thousandisland.transport.tls.hello.Greeting.Incomplete;
import io.thousandisland.transport.tls.hello.Greeting.NoHello;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parser of the first message of a TLS connection. The message may be spread over several
 * records (RFC 8446, section 5.1). The parser keeps nothing: it begins again when more bytes have
 * come.
 *
 * <p>Thread: any.
 */
public final class GreetingParser {

  /**
   * The longest ClientHello that is read, in bytes, its header included. Hellos with a post-quantum
   * key share have some 1,800.
   */
  public static final int LONGEST = 16 * 1024;

  /** The most bytes that a parser needs: the longest hello, in records of its usual sizes. */
  public static final int MOST_BYTES = 2 * LONGEST;

  private static final int RECORD_HEADER = 5;
  private static final int MOST_IN_RECORD = 16 * 1024;
  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int MESSAGE_HEADER = 4;

  private static final int SERVER_NAME = 0;
  private static final int SUPPORTED_GROUPS = 10;
  private static final int ALPN = 16;
  private static final int SUPPORTED_VERSIONS = 43;

  private static final Incomplete INCOMPLETE = new Incomplete();

  private GreetingParser() {}

  /**
   * The meaning of the bytes from the position to the limit of {@code bytes}, which stay as they
   * are.
   */
  public static Greeting parse(ByteBuffer bytes) {
    ByteBuffer message;
    try {
      ByteBuffer in = bytes.duplicate();
      NoHello noTls = noTls(in);
      if (noTls != null) {
        return noTls;
      }
      message = message(in);
    } catch (Malformed malformed) {
      return new NoHello(malformed.reason, malformed.alert);
    }
    if (message == null) {
      return bytes.remaining() >= MOST_BYTES
          ? new NoHello("a ClientHello in too many records", Alert.RECORD_OVERFLOW)
          : INCOMPLETE;
    }
    try {
      return hello(message);
    } catch (BufferUnderflowException | Malformed tooShort) {
      return new NoHello("a malformed ClientHello", Alert.DECODE_ERROR);
    }
  }

  // ---- not TLS

  private static @Nullable NoHello noTls(ByteBuffer in) {
    if (!in.hasRemaining() || in.get(in.position()) == HANDSHAKE) {
      return null;
    }
    int first = in.get(in.position()) & 0xff;
    boolean text = Character.isLetter(first) && first < 0x80;
    String what =
        first == 0x80 ? "a hello of SSL 2" : text ? "text, as of plain HTTP" : "no TLS record";
    return new NoHello(what + ", where TLS is spoken", Alert.NONE);
  }

  // ---- records

  /** The ClientHello without its header; null when it is not complete. */
  private static @Nullable ByteBuffer message(ByteBuffer in) throws Malformed {
    ByteBuffer joined = ByteBuffer.allocate(Math.min(in.remaining(), LONGEST));
    int length = -1; // of the message, with its header
    while (in.remaining() >= RECORD_HEADER) {
      int type = in.get();
      int version = in.getShort() & 0xffff;
      int size = in.getShort() & 0xffff;
      if (type != HANDSHAKE || version >>> 8 != 3) {
        throw new Malformed("no TLS record, where a ClientHello goes on", Alert.UNEXPECTED_MESSAGE);
      }
      if (size == 0 || size > MOST_IN_RECORD) {
        throw new Malformed("a record of " + size + " bytes", Alert.RECORD_OVERFLOW);
      }
      int there = Math.min(size, in.remaining());
      if (there > joined.remaining()) {
        throw new Malformed("a ClientHello that is too long", Alert.RECORD_OVERFLOW);
      }
      joined.put(in.slice(in.position(), there));
      in.position(in.position() + there);
      if (length < 0 && joined.position() >= MESSAGE_HEADER) {
        length = MESSAGE_HEADER + lengthOfMessage(joined);
      }
      if (length >= 0 && joined.position() >= length) {
        return joined.flip().limit(length).position(MESSAGE_HEADER);
      }
    }
    return null;
  }

  private static int lengthOfMessage(ByteBuffer joined) throws Malformed {
    if (joined.get(0) != CLIENT_HELLO) {
      throw new Malformed(
          "no ClientHello, but another handshake message", Alert.UNEXPECTED_MESSAGE);
    }
    int length = joined.getInt(0) & 0xffffff;
    if (length > LONGEST - MESSAGE_HEADER) {
      throw new Malformed("a ClientHello of " + length + " bytes", Alert.RECORD_OVERFLOW);
    }
    return length;
  }

  // ---- the message

  private static Hello hello(ByteBuffer in) throws Malformed {
    int legacyVersion = in.getShort() & 0xffff;
    skip(in, 32); // the random
    skip(in, in.get() & 0xff); // the session
    List<Integer> ciphers = numbers(part(in, in.getShort() & 0xffff));
    skip(in, in.get() & 0xff); // the compression methods
    var parts = new Extensions();
    if (in.hasRemaining()) { // TLS 1.2 may do without extensions
      ByteBuffer all = part(in, in.getShort() & 0xffff);
      while (all.hasRemaining()) {
        int type = all.getShort() & 0xffff;
        parts.take(type, part(all, all.getShort() & 0xffff));
      }
    }
    if (in.hasRemaining()) {
      throw new Malformed("", Alert.DECODE_ERROR);
    }
    return new Hello(
        parts.serverName,
        parts.protocols,
        parts.versions.isEmpty() ? List.of(legacyVersion) : parts.versions,
        ciphers,
        parts.groups);
  }

  /** The extensions that somebody looks at. */
  private static final class Extensions {
    private Optional<String> serverName = Optional.empty();
    private List<String> protocols = List.of();
    private List<Integer> versions = List.of();
    private List<Integer> groups = List.of();

    void take(int type, ByteBuffer in) throws Malformed {
      switch (type) {
        case SERVER_NAME -> serverName = serverName(in);
        case SUPPORTED_GROUPS -> groups = numbers(part(in, in.getShort() & 0xffff));
        case ALPN -> protocols = protocols(part(in, in.getShort() & 0xffff));
        case SUPPORTED_VERSIONS -> versions = numbers(part(in, in.get() & 0xff));
        default -> {} // the engine's alone
      }
    }
  }

  private static Optional<String> serverName(ByteBuffer in) throws Malformed {
    ByteBuffer list = part(in, in.getShort() & 0xffff);
    while (list.hasRemaining()) {
      int type = list.get();
      ByteBuffer name = part(list, list.getShort() & 0xffff);
      if (type == 0) { // a host name; nothing else is defined (RFC 6066, section 3)
        return Optional.of(hostName(name));
      }
    }
    return Optional.empty();
  }

  /** A DNS name in ASCII. Other bytes have no place in a log, or in a comparison. */
  private static String hostName(ByteBuffer bytes) throws Malformed {
    String name = StandardCharsets.ISO_8859_1.decode(bytes).toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    if (name.isEmpty() || name.length() > 253 || !name.chars().allMatch(GreetingParser::isOfName)) {
      throw new Malformed("", Alert.DECODE_ERROR);
    }
    return name;
  }

  private static boolean isOfName(int c) {
    return "abcdefghijklmnopqrstuvwxyz0123456789-._".indexOf(c) >= 0;
  }

  private static List<String> protocols(ByteBuffer in) throws Malformed {
    var all = new ArrayList<String>();
    while (in.hasRemaining()) {
      all.add(StandardCharsets.ISO_8859_1.decode(part(in, in.get() & 0xff)).toString());
    }
    return all;
  }

  private static List<Integer> numbers(ByteBuffer in) {
    var all = new ArrayList<Integer>(in.remaining() / 2);
    while (in.hasRemaining()) {
      all.add(in.getShort() & 0xffff);
    }
    return all;
  }

  private static ByteBuffer part(ByteBuffer in, int length) {
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer part = in.slice(in.position(), length);
    in.position(in.position() + length);
    return part;
  }

  private static void skip(ByteBuffer in, int length) {
    ByteBuffer unused = part(in, length);
  }

  /** Bytes that are no hello. It carries no stack: strangers cause it. */
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;
    private final String reason;
    private final int alert;

    Malformed(String reason, int alert) {
      super(reason, null, false, false);
      this.reason = reason;
      this.alert = alert;
    }
  }
}
