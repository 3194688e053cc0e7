// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import io.thousandisland.deploy.bundles.BundleFiles;
import io.thousandisland.deploy.watch.Kind;
import io.thousandisland.deploy.watch.MalformedFileException;
import io.thousandisland.deploy.watch.Report;
import io.thousandisland.deploy.watch.Sight;
import io.thousandisland.deploy.watch.Trouble;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configurations in the folder. After each look this class reads the files that have come or
 * changed, and brings Config Admin into line.
 *
 * <p>Thread: the configurations thread only.
 */
public final class ConfigurationFiles {

  /** A text without a last line end may be half a text: it is used when it is this old. */
  private static final Duration HALF_A_LINE = Duration.ofSeconds(1);

  /** More bytes than any configuration has. */
  private static final int LARGEST = 4 << 20;

  /** This long after the last change of a bundle, all components are known. */
  private static final Duration QUIET = Duration.ofSeconds(3);

  private final ConfigurationStore store;
  private final PidUsers users;
  private final Report report;
  private final Map<Path, ConfigurationFile> files = new LinkedHashMap<>();
  private Instant known = Instant.MIN;

  public ConfigurationFiles(ConfigurationStore store, PidUsers users, Report report)
      throws IOException {
    this.store = store;
    this.users = users;
    this.report = report;
    for (ConfigurationStore.Kept kept : store.kept()) {
      var file = new ConfigurationFile(kept.file(), report);
      file.applied = kept.name();
      files.put(kept.file(), file);
    }
  }

  public void take(Sight sight) {
    for (ConfigurationFile file : List.copyOf(files.values())) {
      if (sight.gone(file.path())) {
        files.remove(file.path());
        remove(file);
      }
    }
    sight.of(Kind.CONFIGURATION).forEach(file -> check(file.getKey(), file.getValue()));
    apply();
    judge(sight);
  }

  private void check(Path path, Sight.Still still) {
    ConfigurationFile file = files.computeIfAbsent(path, p -> new ConfigurationFile(p, report));
    if (!still.fingerprint().equals(file.checked)) {
      try {
        read(file, still);
      } catch (MalformedFileException e) {
        file.unreadable = "cannot be understood: " + e.getMessage();
        file.checked = still.fingerprint();
      } catch (IOException e) {
        file.unreadable = "cannot be read: " + Trouble.of(e);
      }
    }
    if (!file.unreadable.isEmpty() && still.unchanged().compareTo(BundleFiles.INCOMPLETE) >= 0) {
      file.trouble(file.unreadable + file.stays());
    }
  }

  private static void read(ConfigurationFile file, Sight.Still still) throws IOException {
    if (file.name().chars().anyMatch(Character::isISOControl)) {
      throw new MalformedFileException("its name has a control character in it");
    }
    if (still.fingerprint().size() > LARGEST) {
      throw new MalformedFileException("it has more than " + LARGEST + " bytes");
    }
    TextFile text = TextFile.read(file.path());
    if (!text.endsWithALine() && still.unchanged().compareTo(HALF_A_LINE) < 0) {
      return;
    }
    Content content =
        ConfigurationForm.of(file.name()).read(text.text()).remarking(text.remarks()).understood();
    file.checked = still.fingerprint();
    if (content.values().isEmpty()) {
      file.unreadable = "has no key, and is not used";
      return;
    }
    file.unreadable = "";
    file.content = content;
    file.fresh = true;
  }

  private void apply() {
    Instant lastChange = users.lastChange();
    var waiting = new ArrayList<ConfigurationFile>();
    for (ConfigurationFile file : files.values()) {
      if (file.content != null
          && (file.fresh || file.applied == null || !lastChange.equals(known))) {
        waiting.add(file);
      }
    }
    known = lastChange;
    if (!waiting.isEmpty()) {
      Set<String> used = users.pids();
      waiting.forEach(file -> apply(file, used));
    }
  }

  private void apply(ConfigurationFile file, Set<String> used) {
    ConfigurationName name = name(file, used);
    Content content = file.content;
    if (content == null || (!file.fresh && name.equals(file.applied))) {
      return;
    }
    ConfigurationFile rival = rival(file, name);
    if (rival != null) {
      file.trouble(
          "is for the same configuration %s as %s, which came first; this file is used when %s is removed"
              .formatted(name.wholePid(), rival.name(), rival.name()));
      return;
    }
    try {
      if (file.applied != null && !file.applied.equals(name)) {
        store.remove(file.applied); // because now it is known how to read the file's name
        file.applied = null;
      }
      String did = store.put(name, content.values(), file.path());
      file.applied = name;
      file.fresh = false;
      file.done(did);
      if (!content.remarks().isEmpty()) {
        file.trouble(String.join("; ", content.remarks()));
      }
    } catch (IllegalArgumentException e) {
      file.fresh = false;
      file.trouble("is refused by Config Admin: " + Trouble.of(e) + file.stays());
    } catch (IOException e) {
      file.trouble("cannot be stored by Config Admin: " + Trouble.of(e));
    }
  }

  /** A name whose PID was used once stays: while a bundle is updated, nothing uses the PID. */
  private static ConfigurationName name(ConfigurationFile file, Set<String> used) {
    ConfigurationName name = ConfigurationName.of(file.name(), used);
    return file.applied != null && !used.contains(name.pid()) ? file.applied : name;
  }

  private @Nullable ConfigurationFile rival(ConfigurationFile file, ConfigurationName name) {
    for (ConfigurationFile other : files.values()) {
      if (other != file
          && other.applied != null
          && other.applied.wholePid().equals(name.wholePid())) {
        return other;
      }
    }
    return null;
  }

  private void remove(ConfigurationFile file) {
    if (file.applied == null) {
      return;
    }
    try {
      file.done("removed; " + store.remove(file.applied));
    } catch (IOException e) {
      file.trouble("removed, but Config Admin cannot delete it: " + Trouble.of(e));
    }
  }

  /** Reports each configuration that nothing uses, when all bundles are there. */
  private void judge(Sight sight) {
    List<ConfigurationFile> open =
        files.values().stream()
            .filter(file -> !file.judged && file.applied != null)
            .filter(file -> atRest(sight.still().get(file.path())))
            .toList();
    if (open.isEmpty() || users.quiet().compareTo(QUIET) < 0) {
      return;
    }
    Set<String> used = users.pids();
    for (ConfigurationFile file : open) {
      file.judged = true;
      ConfigurationName name = file.applied;
      if (name != null && !used.contains(name.pid())) {
        file.trouble(
            "nobody uses its configuration: no component asks for the PID "
                + name.pid()
                + DidYouMean.file(name, used, file.end())
                    .map(meant -> "; did you mean " + meant + "?")
                    .orElse(""));
      }
    }
  }

  private static boolean atRest(Sight.@Nullable Still still) {
    return still != null && still.unchanged().compareTo(QUIET) >= 0;
  }
}
