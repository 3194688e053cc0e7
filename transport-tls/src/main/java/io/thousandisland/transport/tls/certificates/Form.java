// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.nio.charset.StandardCharsets;

/** The form of a file, told by its content. */
enum Form {
  /** Text, with parts between lines of {@code -----BEGIN} and {@code -----END}. */
  PEM,
  PKCS12,
  JKS,
  /** A store of Java that nobody needs here. */
  JCEKS,
  OTHER;

  private static final int MAGIC_OF_JKS = 0xFEEDFEED;
  private static final int MAGIC_OF_JCEKS = 0xCECECECE;

  static Form of(byte[] bytes) {
    if (new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")) {
      return PEM;
    }
    return switch (firstInt(bytes)) {
      case MAGIC_OF_JKS -> JKS;
      case MAGIC_OF_JCEKS -> JCEKS;
      default -> isPkcs12(bytes) ? PKCS12 : OTHER;
    };
  }

  private static int firstInt(byte[] bytes) {
    int first = 0;
    for (int i = 0; i < Integer.BYTES && bytes.length >= Integer.BYTES; i++) {
      first = (first << 8) | (bytes[i] & 0xFF);
    }
    return first;
  }

  /** Whether it is a sequence that begins with the number 3 (RFC 7292, section 4). */
  private static boolean isPkcs12(byte[] bytes) {
    if (bytes.length < 2 || bytes[0] != 0x30) {
      return false;
    }
    int at = 2 + (bytes[1] < 0 ? bytes[1] & 0x7F : 0); // behind a long length
    return bytes.length > at + 2 && bytes[at] == 2 && bytes[at + 1] == 1 && bytes[at + 2] == 3;
  }
}
