// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The reader of PROXY protocol headers: it looks at the first bytes of a connection.
 *
 * <p>It keeps nothing between two looks. A caller that gets {@link Parsed.Incomplete} comes again
 * with the same bytes and those that followed. The answer depends on the bytes alone, and not on
 * the pieces in which they came. It is given as soon as the bytes prove it, with one exception: the
 * addresses and facts of version 2 are looked at when all of them are there (section 2.2).
 *
 * <p>The specification leaves some decisions to the reader. They are:
 *
 * <ul>
 *   <li>A header has at most {@link #MOST_BYTES} and {@link #MOST_TLVS}.
 *   <li>A line of version 1 must be right in every character. The text behind UNKNOWN means nothing
 *       and may be anything but a carriage return or line feed.
 *   <li>In version 2, an address family and a protocol must be one of the seven pairs of section
 *       2.2. LOCAL takes any pair; if it is not the pair of unspecified ones, all behind the fixed
 *       part is skipped.
 *   <li>A header without a family may have TLVs, but no addresses before them.
 *   <li>A path of a Unix domain socket that is no printable UTF-8, or no path of this system, is
 *       the empty path of an unnamed socket. So is the name of an abstract socket.
 *   <li>The first of several TLVs of one type counts, as in HAProxy. Two checksums or two sets of
 *       TLS facts are malformed. Padding is dropped.
 *   <li>An IPv4-mapped IPv6 address is an IPv4 address, as everywhere in Java.
 * </ul>
 *
 * <p>Thread: any.
 */
public final class HeaderParser {

  /**
   * The most bytes of a header: 16 KiB. The format allows 65,551, which strangers could make each
   * connection hold. HAProxy makes and reads headers in one buffer of 16 KiB (its {@code
   * tune.bufsize}); nginx reads 4 KiB at most. A client's certificate (section 2.2.6) may take
   * several KiB.
   */
  public static final int MOST_BYTES = 16 * 1024;

  /** The most TLVs of a header, those of TLS included: each takes memory, also if it is empty. */
  public static final int MOST_TLVS = 128;

  private static final ByteBuffer TEXT_MARK = hex("50524f5859"); // PROXY

  /** The signature of version 2: CR LF CR LF NUL CR LF QUIT LF. */
  private static final ByteBuffer BINARY_MARK = hex("0d0a0d0a000d0a515549540a");

  static final Parsed INCOMPLETE = new Parsed.Incomplete();
  private static final Parsed NO_HEADER = new Parsed.NoHeader();

  private HeaderParser() {}

  private static ByteBuffer hex(String digits) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(digits)).asReadOnlyBuffer();
  }

  /**
   * Says what the bytes of {@code data}, from its position to its limit, begin with.
   *
   * @param data the first bytes of a connection, all that have come; it stays as it is
   */
  public static Parsed parse(ByteBuffer data) {
    ByteBuffer bytes = data.slice();
    if (!bytes.hasRemaining()) {
      return INCOMPLETE;
    }
    ByteBuffer mark = mark(bytes);
    int alike = bytes.mismatch(mark);
    if (alike >= 0 && alike < Math.min(bytes.limit(), mark.limit())) {
      return NO_HEADER;
    }
    if (bytes.limit() <= mark.limit()) {
      return INCOMPLETE;
    }
    return mark == TEXT_MARK ? LineParser.parse(bytes) : BinaryParser.parse(bytes);
  }

  /**
   * Whether bytes that are {@link Parsed.Incomplete} can hardly be anything but a header: all of
   * the mark has come that headers of this version begin with.
   *
   * @param data as for {@link #parse}
   */
  public static boolean isBegun(ByteBuffer data) {
    ByteBuffer bytes = data.slice();
    return bytes.hasRemaining() && bytes.limit() >= mark(bytes).limit();
  }

  /** The mark that the bytes, at least one, begin with, if they begin with one. */
  private static ByteBuffer mark(ByteBuffer bytes) {
    return bytes.get(0) == TEXT_MARK.get(0) ? TEXT_MARK : BINARY_MARK;
  }
}
