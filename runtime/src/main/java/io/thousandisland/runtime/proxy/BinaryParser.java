// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.ProxyHeader.Command;
import io.thousandisland.handler.ProxyHeader.Protocol;
import io.thousandisland.handler.ProxyTls;
import io.thousandisland.handler.ProxyTlv;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The reader of version 2, the binary one (section 2.2), for one header whose bytes are all there.
 *
 * <p>Thread: the caller's.
 */
final class BinaryParser {

  /** The bytes in front of the addresses: signature, version and command, pair, length. */
  static final int FIXED_BYTES = 16;

  private static final int COMMAND_AT = 12;
  private static final int PAIR_AT = 13;
  private static final int LENGTH_AT = 14;

  private static final int LOCAL = 0;
  private static final int PROXY = 1;

  /** No address family, no protocol. */
  private static final int UNSPECIFIED = 0;

  private static final int IPV4 = 1;
  private static final int IPV6 = 2;
  private static final int UNIX = 3;
  private static final int DATAGRAM = 2;

  private static final int PORT_BYTES = 2;
  private static final int PATH_BYTES = 108;
  private static final int TLV_BYTES = 3; // type and length
  private static final int TLS_BYTES = 5; // the bits of the client, and the result of the check
  private static final int CHECKSUM_BYTES = 4;
  private static final int MOST_ID_BYTES = 128;

  private static final Parsed TOO_LONG =
      new Parsed.Malformed("it is longer than " + HeaderParser.MOST_BYTES + " bytes");

  /** The bytes of the header and no more; the position is 0. */
  private final ByteBuffer bytes;

  private final List<ProxyTlv> tlvs = new ArrayList<>();
  private @Nullable ProxyTls tls;

  /** The index of the checksum; 0 while there is none. */
  private int checksumAt;

  /** How many TLVs were found so far. */
  private int found;

  private BinaryParser(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /**
   * @param bytes more than the 12 bytes of the signature; their position is 0
   */
  static Parsed parse(ByteBuffer bytes) {
    Parsed wrong = fault(bytes);
    if (wrong != null) {
      return wrong;
    }
    int length = bytes.limit() < FIXED_BYTES ? FIXED_BYTES : FIXED_BYTES + u16(bytes, LENGTH_AT);
    return bytes.limit() < length
        ? HeaderParser.INCOMPLETE
        : new BinaryParser(bytes.slice(0, length)).header();
  }

  /** The first mistake in the bytes of the fixed part that have come; null when there is none. */
  private static @Nullable Parsed fault(ByteBuffer bytes) {
    int come = bytes.limit();
    int version = u8(bytes, COMMAND_AT) >> 4;
    int command = u8(bytes, COMMAND_AT) & 0xf;
    if (version != 2) {
      return new Parsed.Malformed("its version is " + version + ", and this server knows 1 and 2");
    }
    if (command != LOCAL && command != PROXY) {
      return new Parsed.Malformed("its command is " + command + ", neither LOCAL nor PROXY");
    }
    int shortest = 0;
    if (command == PROXY && come > PAIR_AT) { // for LOCAL the pair means nothing
      int family = u8(bytes, PAIR_AT) >> 4;
      int protocol = u8(bytes, PAIR_AT) & 0xf;
      if (family > UNIX || protocol > DATAGRAM) {
        return new Parsed.Malformed(
            "its address family is "
                + family
                + " and its protocol "
                + protocol
                + ", which is unknown");
      }
      if ((family == UNSPECIFIED) != (protocol == UNSPECIFIED)) {
        return new Parsed.Malformed(
            "one of address family and protocol is unspecified, and the other is not");
      }
      shortest = addressBytes(family);
    }
    // the first byte of the length may tell already
    if (come > LENGTH_AT && FIXED_BYTES + (u8(bytes, LENGTH_AT) << 8) > HeaderParser.MOST_BYTES) {
      return TOO_LONG;
    }
    if (come >= FIXED_BYTES) {
      int length = u16(bytes, LENGTH_AT);
      if (FIXED_BYTES + length > HeaderParser.MOST_BYTES) {
        return TOO_LONG;
      }
      if (length < shortest) {
        return new Parsed.Malformed("it is too short for its addresses");
      }
    }
    return null;
  }

  private static int addressBytes(int family) {
    return switch (family) {
      case IPV4 -> 2 * (4 + PORT_BYTES);
      case IPV6 -> 2 * (16 + PORT_BYTES);
      case UNIX -> 2 * PATH_BYTES;
      default -> 0;
    };
  }

  private Parsed header() {
    boolean local = (u8(bytes, COMMAND_AT) & 0xf) == LOCAL;
    int pair = u8(bytes, PAIR_AT);
    if (local && pair != UNSPECIFIED) { // section 2.2: the block is to be discarded
      return new Parsed.Complete(ProxyHeader.local(), bytes.limit());
    }
    int family = pair >> 4;
    String fault = walk(FIXED_BYTES + addressBytes(family), bytes.limit(), this::take);
    if (fault == null && !checksumIsRight()) {
      fault = "its checksum is wrong";
    }
    if (fault != null) {
      return new Parsed.Malformed(fault);
    }
    var header =
        new ProxyHeader(
            2,
            local ? Command.LOCAL : Command.PROXY,
            protocol(pair & 0xf),
            address(family, 0),
            address(family, 1),
            tlvs,
            Optional.ofNullable(tls));
    return new Parsed.Complete(header, bytes.limit());
  }

  private static Protocol protocol(int protocol) {
    return switch (protocol) {
      case UNSPECIFIED -> Protocol.UNSPECIFIED;
      case DATAGRAM -> Protocol.DATAGRAM;
      default -> Protocol.STREAM;
    };
  }

  /**
   * @param index 0 for the source, 1 for the destination
   */
  private Optional<SocketAddress> address(int family, int index) {
    return switch (family) {
      case IPV4 -> Optional.of(internetAddress(4, index));
      case IPV6 -> Optional.of(internetAddress(16, index));
      case UNIX -> Optional.of(unixAddress(FIXED_BYTES + index * PATH_BYTES));
      default -> Optional.empty();
    };
  }

  /** Both addresses come first, then both ports. */
  private InetSocketAddress internetAddress(int length, int index) {
    byte[] octets = copy(FIXED_BYTES + index * length, length);
    int port = u16(bytes, FIXED_BYTES + 2 * length + index * PORT_BYTES);
    return new InetSocketAddress(Literals.address(octets), port);
  }

  private UnixDomainSocketAddress unixAddress(int at) {
    int length = 0;
    while (length < PATH_BYTES && bytes.get(at + length) != 0) {
      length++;
    }
    try {
      String path = UTF_8.newDecoder().decode(bytes.slice(at, length)).toString();
      boolean printable = path.codePoints().allMatch(BinaryParser::isPrintable);
      return UnixDomainSocketAddress.of(printable ? path : "");
    } catch (CharacterCodingException | InvalidPathException noPathHere) {
      return UnixDomainSocketAddress.of("");
    }
  }

  /** Whether a log may show a character: it forges no line and does not turn the text around. */
  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** A reader of one TLV, which returns its mistake, or null. */
  private interface Taker {
    @Nullable String take(int type, int at, int length);
  }

  /** Gives all TLVs of a range to {@code taker}; returns the first mistake, or null. */
  private @Nullable String walk(int from, int to, Taker taker) {
    int at = from;
    while (at < to) {
      if (to - at < TLV_BYTES) {
        return "a TLV has no length";
      }
      int type = u8(bytes, at);
      int length = u16(bytes, at + 1);
      at += TLV_BYTES;
      if (length > to - at) {
        return "a TLV is longer than the bytes that are left for it";
      }
      if (++found > HeaderParser.MOST_TLVS) {
        return "it has more than " + HeaderParser.MOST_TLVS + " TLVs";
      }
      String fault = taker.take(type, at, length);
      if (fault != null) {
        return fault;
      }
      at += length;
    }
    return null;
  }

  private @Nullable String take(int type, int at, int length) {
    switch (type) {
      case ProxyTlv.NOOP -> {}
      case ProxyTlv.CRC32C -> {
        if (length != CHECKSUM_BYTES || checksumAt != 0) {
          return checksumAt != 0 ? "it has two checksums" : "its checksum has not 4 bytes";
        }
        checksumAt = at;
        tlvs.add(ProxyTlv.checksum());
      }
      case ProxyTlv.SSL -> {
        return takeTls(at, length);
      }
      default -> {
        if (type == ProxyTlv.UNIQUE_ID && length > MOST_ID_BYTES) {
          return "its unique id has more than " + MOST_ID_BYTES + " bytes";
        }
        tlvs.add(new ProxyTlv(type, bytes.slice(at, length)));
      }
    }
    return null;
  }

  /**
   * The TLVs in the TLS facts are one level deep: a further level is a value that means nothing.
   */
  private @Nullable String takeTls(int at, int length) {
    if (tls != null) {
      return "it has the facts of TLS twice";
    }
    if (length < TLS_BYTES) {
      return "its facts of TLS are too short";
    }
    var facts = new ArrayList<ProxyTlv>();
    String fault =
        walk(
            at + TLS_BYTES,
            at + length,
            (type, begin, bytesOfFact) -> {
              facts.add(new ProxyTlv(type, bytes.slice(begin, bytesOfFact)));
              return null;
            });
    tls = new ProxyTls(u8(bytes, at), bytes.getInt(at + 1) & 0xffff_ffffL, facts);
    return fault;
  }

  /** Section 2.2.3: the checksum is that of the header with zeros in place of the checksum. */
  private boolean checksumIsRight() {
    if (checksumAt == 0) {
      return true;
    }
    int behind = checksumAt + CHECKSUM_BYTES;
    var crc = new CRC32C();
    crc.update(bytes.slice(0, checksumAt));
    crc.update(new byte[CHECKSUM_BYTES]);
    crc.update(bytes.slice(behind, bytes.limit() - behind));
    return (int) crc.getValue() == bytes.getInt(checksumAt);
  }

  private byte[] copy(int at, int length) {
    byte[] copy = new byte[length];
    bytes.get(at, copy);
    return copy;
  }

  private static int u8(ByteBuffer bytes, int at) {
    return bytes.get(at) & 0xff;
  }

  private static int u16(ByteBuffer bytes, int at) {
    return bytes.getShort(at) & 0xffff;
  }
}
