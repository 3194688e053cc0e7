// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The text of a file: UTF-8, with or without a byte-order mark, or UTF-16 with one.
 *
 * @param remarks notes for a person about the text
 */
public record TextFile(String text, List<String> remarks) {

  static TextFile read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (starts(bytes, 0xFE, 0xFF) || starts(bytes, 0xFF, 0xFE)) {
      return new TextFile(new String(bytes, StandardCharsets.UTF_16), List.of());
    }
    int mark = starts(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0;
    ByteBuffer content = ByteBuffer.wrap(bytes, mark, bytes.length - mark);
    try {
      return new TextFile(decode(content.duplicate(), StandardCharsets.UTF_8), List.of());
    } catch (CharacterCodingException e) {
      return new TextFile(
          decode(content, StandardCharsets.ISO_8859_1),
          List.of("is not UTF-8, and is read as ISO-8859-1; save it as UTF-8"));
    }
  }

  private static String decode(ByteBuffer bytes, Charset charset) throws CharacterCodingException {
    return charset.newDecoder().decode(bytes).toString();
  }

  private static boolean starts(byte[] bytes, int... with) {
    if (bytes.length < with.length) {
      return false;
    }
    for (int i = 0; i < with.length; i++) {
      if ((bytes[i] & 0xFF) != with[i]) {
        return false;
      }
    }
    return true;
  }

  boolean endsWithALine() {
    return text.endsWith("\n") || text.endsWith("\r");
  }
}
