package io.thousandisland.deploy.configurations;

import io.thousandisland.deploy.watch.FileName;
import io.thousandisland.deploy.watch.Fingerprint;
import io.thousandisland.deploy.watch.Report;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A configuration in the folder: what the file says, and which configuration was made of it.
 *
 * <p>Thread: that of the configurations only.
 */
public final class ConfigurationFile {

  private final Path path;
  private final String name;
  private final Report report;
  private String told = "";

  /** The content that was read last; null to read it again at the next look. */
  @Nullable Fingerprint checked;

  /** Why the content cannot be used; empty when it can. */
  String unreadable = "";

  /** The last content that can be used. */
  @Nullable Content content;

  /** {@link #content} was not given to Config Admin yet. */
  boolean fresh;

  /** Which configuration was made of the file, if any. */
  @Nullable ConfigurationName applied;

  /** Whether somebody uses it was found out. */
  boolean judged;

  ConfigurationFile(Path path, Report report) {
    this.path = path;
    this.name = FileName.of(path);
    this.report = report;
  }

  Path path() {
    return path;
  }

  String name() {
    return name;
  }

  /** {@code .cfg}, with the dot. */
  String end() {
    return name.strip().substring(name.strip().lastIndexOf('.'));
  }

  void done(String what) {
    told = "";
    report.done(name, what);
  }

  /** Says it once, until something else is to be said. */
  void trouble(String what) {
    if (!what.equals(told)) {
      told = what;
      report.trouble(name, what);
    }
  }

  /** What happens to the configuration while its file cannot be used, to be said behind that. */
  String stays() {
    return applied == null ? "" : "; the configuration " + applied.wholePid() + " stays as it is";
  }
}
