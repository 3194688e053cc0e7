// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import io.thousandisland.deploy.watch.FileName;
import io.thousandisland.deploy.watch.Fingerprint;
import io.thousandisland.deploy.watch.Report;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A configuration in the folder: the content of the file, and the configuration made of it.
 *
 * <p>Thread: the configurations thread only.
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

  /** Whether {@link #content} was not given to Config Admin yet. */
  boolean fresh;

  /** The name of the configuration that was made of the file, if any. */
  @Nullable ConfigurationName applied;

  /** Whether it was checked that the configuration has a user. */
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

  /** The end of the name with the dot, as in {@code .cfg}. */
  String end() {
    return name.strip().substring(name.strip().lastIndexOf('.'));
  }

  void done(String what) {
    told = "";
    report.done(name, what);
  }

  /** Reports {@code what} once, until something else is to be reported. */
  void trouble(String what) {
    if (!what.equals(told)) {
      told = what;
      report.trouble(name, what);
    }
  }

  /** The end of a sentence about a file that cannot be used: what happens to the configuration. */
  String stays() {
    return applied == null ? "" : "; the configuration " + applied.wholePid() + " stays as it is";
  }
}
