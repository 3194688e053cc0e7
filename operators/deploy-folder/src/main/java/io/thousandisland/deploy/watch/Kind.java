// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import java.util.List;
import java.util.Locale;

/** The purpose of a file in the folder, by its name. */
public enum Kind {
  BUNDLE,
  CONFIGURATION,
  /** A file that is still being written, or an editor's file. */
  TEMPORARY,
  OTHER;

  private static final List<String> TEMPORARY_ENDS = List.of("~", ".part", ".filepart", ".swp");
  private static final List<String> CONFIGURATION_ENDS = List.of(".cfg", ".config", ".json");

  public static Kind of(String name) {
    String lower = name.strip().toLowerCase(Locale.ROOT);
    if (lower.startsWith(".")
        || (lower.startsWith("#") && lower.endsWith("#"))
        || TEMPORARY_ENDS.stream().anyMatch(lower::endsWith)) {
      return TEMPORARY;
    }
    if (lower.endsWith(".jar")) {
      return BUNDLE;
    }
    return CONFIGURATION_ENDS.stream().anyMatch(lower::endsWith) ? CONFIGURATION : OTHER;
  }
}
