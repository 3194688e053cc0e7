// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration that a file is for, by the file's name: {@code PID.cfg}, {@code PID~NAME.cfg}
 * or {@code PID-NAME.cfg}. A PID may contain a hyphen, too, so the PIDs in use decide how the name
 * is read.
 *
 * @param pid of a single configuration, or of the factory
 * @param name of one of several configurations of the factory; null for a single configuration
 */
public record ConfigurationName(String pid, @Nullable String name) {

  /**
   * @param used the PIDs in use; when none of them fits, the first hyphen ends the PID
   */
  static ConfigurationName of(String file, Set<String> used) {
    String base = base(file);
    int tilde = base.indexOf('~');
    if (tilde > 0) {
      return split(base, tilde);
    }
    if (used.contains(base)) {
      return new ConfigurationName(base, null);
    }
    for (int hyphen = base.lastIndexOf('-');
        hyphen > 0;
        hyphen = base.lastIndexOf('-', hyphen - 1)) {
      ConfigurationName split = split(base, hyphen);
      if (used.contains(split.pid)) {
        return split;
      }
    }
    int hyphen = base.indexOf('-');
    return hyphen > 0 ? split(base, hyphen) : new ConfigurationName(base, null);
  }

  private static ConfigurationName split(String base, int at) {
    String name = base.substring(at + 1).strip();
    String pid = base.substring(0, at).strip();
    return new ConfigurationName(pid, name.isEmpty() ? null : name);
  }

  private static String base(String file) {
    String base = withoutEnd(file.strip());
    // another way to name a JSON file
    return (base.toLowerCase(Locale.ROOT).endsWith(".cfg") ? withoutEnd(base) : base).strip();
  }

  private static String withoutEnd(String file) {
    return file.substring(0, Math.max(0, file.lastIndexOf('.')));
  }

  /** The PID as Config Admin names it. */
  String wholePid() {
    return name == null ? pid : pid + "~" + name;
  }
}
