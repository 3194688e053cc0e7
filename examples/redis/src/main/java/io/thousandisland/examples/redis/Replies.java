// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.redis;

import java.util.Optional;

/** The replies of RESP2; each character is one byte. */
final class Replies {

  static final String OK = "+OK\r\n";
  static final String NOTHING = "$-1\r\n";
  static final String NO_ELEMENTS = "*0\r\n";

  private Replies() {}

  static String simple(String text) {
    return "+" + text + "\r\n";
  }

  static String failure(String text) {
    return "-" + text + "\r\n";
  }

  static String number(long number) {
    return ":" + number + "\r\n";
  }

  static String text(String text) {
    return "$" + text.length() + "\r\n" + text + "\r\n";
  }

  static String text(Optional<String> text) {
    return text.map(Replies::text).orElse(NOTHING);
  }
}
