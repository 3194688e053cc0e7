// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.FileName;
import io.thousandisland.deploy.watch.Fingerprint;
import io.thousandisland.deploy.watch.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;

/**
 * A jar of the folder: the content that waits to be used, and the bundle that came from it.
 *
 * <p>Thread: the bundles thread only.
 */
public final class BundleFile {

  /** Whether, and when, a bundle is still to be started. */
  enum Start {
    /** Nothing is left to do: the bundle was started, and an operator may have stopped it since. */
    DONE,
    /**
     * To be tried at each look: the framework was busy, or has not reached the bundle's start
     * level.
     */
    SOON,
    /** To be tried when another bundle changes. */
    WHEN_OTHERS_CHANGE
  }

  /** In looks: 5 seconds, and for the longest pause 5 minutes. */
  private static final int FIRST_PAUSE = 20;

  private static final int LONGEST_PAUSE = 1200;

  private final Path path;
  private final String name;
  private final Report report;
  private @Nullable Bundle bundle;
  private String told = "";

  /** The content that was read last; null to read it again at the next look. */
  @Nullable Fingerprint checked;

  /** The content that the system did not let us read. */
  @Nullable Fingerprint tried;

  /** Why the content cannot be used; empty when it can. */
  String unreadable = "";

  /** Content that has not been used yet. */
  @Nullable WholeJar incoming;

  /**
   * The framework has refused to install {@link #incoming}: tried again when other bundles change.
   */
  boolean refused;

  /** The number of looks that {@link #incoming} is left alone; each failure doubles it. */
  private int pause;

  private int pauseLeft;

  Start start = Start.DONE;
  int attempts;

  /**
   * The action on the bundle that is not reported yet: the report comes with the bundle's start.
   */
  String did = "";

  BundleFile(Path path, Report report) {
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

  String location() {
    return location(path);
  }

  /** A URL, so that the framework's own {@code update} works, too. */
  static String location(Path path) {
    return path.toUri().toString();
  }

  /** Null when there is no bundle, or when it was uninstalled from outside. */
  @Nullable Bundle bundle() {
    return bundle == null || bundle.getState() == Bundle.UNINSTALLED ? null : bundle;
  }

  void bundle(@Nullable Bundle installed) {
    bundle = installed;
  }

  boolean isToStart(boolean othersChanged) {
    return start == Start.SOON || (start == Start.WHEN_OTHERS_CHANGE && othersChanged);
  }

  boolean isOf(String symbolicName) {
    Bundle installed = bundle();
    return installed != null && symbolicName.equals(installed.getSymbolicName());
  }

  static String identity(Bundle bundle) {
    return bundle.getSymbolicName() + " " + bundle.getVersion();
  }

  void done(String what) {
    told = "";
    did = "";
    report.done(name, what);
  }

  /** Reports {@code what} once, until something else is to be reported. */
  void trouble(String what) {
    if (!what.equals(told)) {
      told = what;
      report.trouble(name, what);
    }
  }

  /** Reports once why the bundle cannot be started, or attached to its host. */
  void notStarted(String why) {
    if (!why.equals(told)) {
      told = why;
      report.trouble(name, "%s cannot be started: %s".formatted(subject(), why));
    }
    did = "";
  }

  void trouble(String what, Throwable cause) {
    told = what;
    did = "";
    report.trouble(name, what, cause);
  }

  /**
   * The beginning of a sentence about the bundle's start: the action done, or the bundle's
   * identity.
   */
  String subject() {
    Bundle installed = bundle();
    return did.isEmpty() && installed != null ? identity(installed) : did + ", but";
  }

  /**
   * The end of a sentence about a file that cannot be used: what happens to the bundle meanwhile.
   */
  String stays() {
    Bundle installed = bundle();
    return installed == null ? "" : "; " + identity(installed) + " stays as it is";
  }

  /** The system, not the content, was to blame: the same content is tried again after a while. */
  void tryLater() {
    refused = false;
    pause = Math.clamp(2L * pause, FIRST_PAUSE, LONGEST_PAUSE);
    pauseLeft = pause;
  }

  /** The same for content that could not be read. A person may be about to make it readable. */
  void readLater() {
    pauseLeft = FIRST_PAUSE;
  }

  /** Whether the file is left alone at this look. Asked once for each look. */
  boolean pauses() {
    return pauseLeft > 0 && pauseLeft-- > 0;
  }

  /** Drops the waiting content, which is of no use any more. */
  void discard() throws IOException {
    pause = 0;
    pauseLeft = 0;
    if (incoming != null) {
      Files.deleteIfExists(incoming.copy());
      incoming = null;
    }
    refused = false;
  }
}
