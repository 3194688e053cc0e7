// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * One of the facts that a PROXY protocol header of version 2 carries behind its addresses: a type
 * and a value, in its TLV form (section 2.2 of the specification). Types that the specification
 * does not know are allowed: 0xE0 to 0xEF are for applications.
 *
 * <p>Thread: any; it does not change.
 *
 * @param type 0 to 255, such as {@link #AUTHORITY}
 * @param value at most 65,535 bytes; the record has a copy of its own, and gives it read-only
 */
public record ProxyTlv(int type, ByteBuffer value) {

  /** The protocol that client and proxy agreed on by ALPN (section 2.2.1). */
  public static final int ALPN = 0x01;

  /** The name of the host that the client wants, as by SNI; UTF-8 (section 2.2.2). */
  public static final int AUTHORITY = 0x02;

  /** The checksum of the whole header: 4 bytes (section 2.2.3). */
  public static final int CRC32C = 0x03;

  /** Padding without a meaning (section 2.2.4). */
  public static final int NOOP = 0x04;

  /** An identifier of the connection, at most 128 bytes (section 2.2.5). */
  public static final int UNIQUE_ID = 0x05;

  /** The facts of the client's TLS (section 2.2.6): a {@link ProxyTls}. */
  public static final int SSL = 0x20;

  /** The name of a network namespace (section 2.2.7). */
  public static final int NETNS = 0x30;

  private static final int CHECKSUM_BYTES = 4;
  private static final int MOST_BYTES = 0xffff;

  public ProxyTlv {
    if (type < 0 || type > 0xff) {
      throw new IllegalArgumentException("type is " + type + "; allowed: 0 to 255");
    }
    int length = value.remaining();
    if (length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "the value has " + length + " bytes; allowed: 0 to " + MOST_BYTES);
    }
    value = ByteBuffer.allocate(length).put(value.duplicate()).flip().asReadOnlyBuffer();
  }

  public static ProxyTlv of(int type, byte[] value) {
    return new ProxyTlv(type, ByteBuffer.wrap(value));
  }

  /** A value of text, as UTF-8. */
  public static ProxyTlv of(int type, String text) {
    return of(type, text.getBytes(UTF_8));
  }

  public static ProxyTlv alpn(String protocol) {
    return of(ALPN, protocol.getBytes(ISO_8859_1));
  }

  public static ProxyTlv authority(String host) {
    return of(AUTHORITY, host);
  }

  /**
   * @param id at most 128 bytes
   */
  public static ProxyTlv uniqueId(byte[] id) {
    return of(UNIQUE_ID, id);
  }

  /** A checksum. Its value is always zero here: the header computes it when it is written. */
  public static ProxyTlv checksum() {
    return of(CRC32C, new byte[CHECKSUM_BYTES]);
  }

  /** The value, in a buffer of the caller's own, whose bytes cannot be written. */
  @Override
  public ByteBuffer value() {
    return value.duplicate();
  }

  /** The value as UTF-8 text. Bytes that are no UTF-8 become U+FFFD. */
  public String text() {
    return UTF_8.decode(value()).toString();
  }

  /** The type and the length. The value may be bytes of a stranger, so it is not shown. */
  @Override
  public String toString() {
    return "0x%02X (%d bytes)".formatted(type, value.remaining());
  }
}
