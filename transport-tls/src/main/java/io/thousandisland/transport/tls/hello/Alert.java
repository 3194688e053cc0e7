// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.hello;

import java.nio.ByteBuffer;

/**
 * Alerts that are sent before there is an engine: fatal, and not encrypted (RFC 8446, section 6).
 */
public final class Alert {

  /** No alert. */
  public static final int NONE = -1;

  public static final int UNEXPECTED_MESSAGE = 10;
  public static final int RECORD_OVERFLOW = 22;
  public static final int ACCESS_DENIED = 49;
  public static final int DECODE_ERROR = 50;
  public static final int INTERNAL_ERROR = 80;
  public static final int UNRECOGNIZED_NAME = 112;

  private static final byte ALERT_RECORD = 21;
  private static final short VERSION = 0x0303; // of records, in all versions of TLS
  private static final byte FATAL = 2;

  private Alert() {}

  /** The record of an alert. */
  public static ByteBuffer record(int code) {
    return ByteBuffer.allocate(7)
        .put(ALERT_RECORD)
        .putShort(VERSION)
        .putShort((short) 2)
        .put(FATAL)
        .put((byte) code)
        .flip();
  }
}
