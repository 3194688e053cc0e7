// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.folder;

import io.thousandisland.deploy.watch.FileName;
import io.thousandisland.deploy.watch.Kind;
import io.thousandisland.deploy.watch.Report;
import io.thousandisland.deploy.watch.Sight;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reports once each file that is neither a bundle nor a configuration.
 *
 * <p>Thread: the configurations thread only.
 */
final class OtherFiles {

  /** Endings after the intended name, and endings in place of the intended ending. */
  private static final List<String> ADDED = List.of(".txt", ".bak", ".disabled", ".off", ".old");

  private static final List<String> INSTEAD = List.of(".properties", ".conf", ".ini");

  private final Report report;
  private final Set<Path> told = new HashSet<>();

  OtherFiles(Report report) {
    this.report = report;
  }

  void take(Sight sight) {
    told.removeIf(sight::gone);
    for (Map.Entry<Path, Sight.Still> file : sight.still().entrySet()) {
      String name = FileName.of(file.getKey());
      boolean regular = file.getValue().fingerprint().regular();
      if ((!regular || Kind.of(name) == Kind.OTHER) && told.add(file.getKey())) {
        tell(name, regular);
      }
    }
  }

  /** A file that was meant for something else needs a person; a README does not. */
  private void tell(String name, boolean regular) {
    if (!regular) {
      String what =
          "is a folder or not a regular file; only files in the deploy folder itself are used";
      if (Kind.of(name) == Kind.OTHER) {
        report.done(name, what);
      } else {
        report.trouble(name, what);
      }
      return;
    }
    String what =
        "is neither a bundle (.jar) nor a configuration (.cfg, .config, .json), and is not used";
    String suggestion = suggestion(name);
    if (suggestion.isEmpty()) {
      report.done(name, what);
    } else {
      report.trouble(name, what + suggestion);
    }
  }

  private static String suggestion(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (String end : ADDED) {
      String shorter = name.substring(0, Math.max(0, name.length() - end.length()));
      if (lower.endsWith(end) && Kind.of(shorter) != Kind.OTHER) {
        return "; did you mean " + shorter + "?";
      }
    }
    for (String end : INSTEAD) {
      if (lower.endsWith(end)) {
        return "; did you mean " + name.substring(0, name.length() - end.length()) + ".cfg?";
      }
    }
    return "";
  }
}
