// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.hello;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The group that the server has chosen for the key exchange, as its own records say it: the JDK
 * does not tell. TLS 1.3 has it in the ServerHello (RFC 8446, section 4.2.8), TLS 1.2 in the
 * ServerKeyExchange (RFC 8422, section 5.4).
 */
public final class ChosenGroup {

  /** No group was found. */
  public static final int NONE = 0;

  private static final int HANDSHAKE = 22;
  private static final int SERVER_HELLO = 2;
  private static final int SERVER_KEY_EXCHANGE = 12;
  private static final int NAMED_CURVE = 3;
  private static final int KEY_SHARE = 51;

  /** By the numbers of the IANA registry; the names are those of the JDK. */
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(0x0017, "secp256r1"),
          Map.entry(0x0018, "secp384r1"),
          Map.entry(0x0019, "secp521r1"),
          Map.entry(0x001d, "x25519"),
          Map.entry(0x001e, "x448"),
          Map.entry(0x0100, "ffdhe2048"),
          Map.entry(0x0101, "ffdhe3072"),
          Map.entry(0x0102, "ffdhe4096"),
          Map.entry(0x0103, "ffdhe6144"),
          Map.entry(0x0104, "ffdhe8192"),
          Map.entry(0x11eb, "SecP256r1MLKEM768"),
          Map.entry(0x11ec, "X25519MLKEM768"),
          Map.entry(0x11ed, "SecP384r1MLKEM1024"));

  private ChosenGroup() {}

  /** The name of a group, or its number in hexadecimal. */
  public static String name(int number) {
    return NAMES.getOrDefault(number, "0x%04x".formatted(number));
  }

  /**
   * The number of the group in a record that the server sends; {@link #NONE} when it has none. The
   * bytes stay as they are.
   */
  public static int in(ByteBuffer record) {
    ByteBuffer in = record.duplicate();
    if (in.remaining() < 5 || in.get() != HANDSHAKE) {
      return NONE;
    }
    try {
      in.position(in.position() + 4);
      while (in.remaining() >= 4) {
        int type = in.get();
        int length = ((in.get() & 0xff) << 16) | (in.getShort() & 0xffff);
        ByteBuffer message = in.slice(in.position(), Math.min(length, in.remaining()));
        in.position(in.position() + message.remaining());
        int found =
            switch (type) {
              case SERVER_HELLO -> inHello(message);
              case SERVER_KEY_EXCHANGE -> inExchange(message);
              default -> NONE;
            };
        if (found != NONE) {
          return found;
        }
      }
    } catch (BufferUnderflowException goesOnInAnotherRecord) {
      // then it is not known
    }
    return NONE;
  }

  private static int inExchange(ByteBuffer message) {
    return message.get() == NAMED_CURVE ? message.getShort() & 0xffff : NONE;
  }

  private static int inHello(ByteBuffer message) {
    skip(message, 2 + 32); // the version, and the random
    skip(message, message.get() & 0xff); // the session
    skip(message, 2 + 1); // the cipher suite, and the compression
    if (message.remaining() < 2) {
      return NONE;
    }
    skip(message, 2);
    while (message.remaining() >= 4) {
      int type = message.getShort() & 0xffff;
      int length = message.getShort() & 0xffff;
      if (type == KEY_SHARE) {
        return message.getShort() & 0xffff;
      }
      skip(message, length);
    }
    return NONE;
  }

  private static void skip(ByteBuffer in, int bytes) {
    if (bytes > in.remaining()) {
      throw new BufferUnderflowException();
    }
    in.position(in.position() + bytes);
  }
}
