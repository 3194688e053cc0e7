// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import io.thousandisland.runtime.settings.InvalidSetting;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Permissions of a path as a configuration writes them: {@code rw-rw----} or {@code 660}. */
final class Permissions {

  private static final Pattern OCTAL = Pattern.compile("0?[0-7]{3}");
  private static final Pattern LETTERS = Pattern.compile("([r-][w-][x-]){3}");

  private Permissions() {}

  static Set<PosixFilePermission> parse(String key, String text) {
    if (LETTERS.matcher(text).matches()) {
      return PosixFilePermissions.fromString(text);
    } else if (OCTAL.matcher(text).matches()) {
      return PosixFilePermissions.fromString(letters(Integer.parseInt(text, 8)));
    }
    throw new InvalidSetting(key, text, "permissions as in rw-rw---- or 660");
  }

  static String text(Set<PosixFilePermission> permissions) {
    return PosixFilePermissions.toString(permissions);
  }

  private static String letters(int bits) {
    return IntStream.range(0, 9)
        .mapToObj(i -> (bits & (1 << (8 - i))) == 0 ? "-" : "rwx".substring(i % 3, i % 3 + 1))
        .collect(Collectors.joining());
  }
}
