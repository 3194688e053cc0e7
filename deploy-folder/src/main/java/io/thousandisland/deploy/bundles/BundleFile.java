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
 * <p>Thread: that of the bundles only.
 */
public final class BundleFile {

  /** What is left to do for a bundle. */
  enum Start {
    /** Nothing: it was started, and an operator may have stopped it since. */
    DONE,
    /** To be tried at each look: the framework was busy, or has not reached its start level. */
    SOON,
    /** To be tried when another bundle changes. */
    WHEN_OTHERS_CHANGE
  }

  /** In looks: 5 seconds, and 5 minutes. */
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

  /** Content that was not used yet. */
  @Nullable WholeJar incoming;

  /** The framework has refused to install {@link #incoming}: again when other bundles change. */
  boolean refused;

  /** So many looks {@link #incoming} is left alone; each failure doubles them. */
  private int pause;

  private int pauseLeft;

  Start start = Start.DONE;
  int attempts;

  /** What was done with the bundle and not told yet: it is told together with its start. */
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

  /** Null when there is none, or when somebody else has uninstalled it. */
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

  /** Says it once, until something else is to be said. */
  void trouble(String what) {
    if (!what.equals(told)) {
      told = what;
      report.trouble(name, what);
    }
  }

  /** Says once why the bundle cannot be started, or attached to its host. */
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

  /** What was done, or which bundle it is: the beginning of a sentence about its start. */
  String subject() {
    Bundle installed = bundle();
    return did.isEmpty() && installed != null ? identity(installed) : did + ", but";
  }

  /** What happens to the bundle while its file cannot be used, to be said behind that. */
  String stays() {
    Bundle installed = bundle();
    return installed == null ? "" : "; " + identity(installed) + " stays as it is";
  }

  /** The system, and not the content, was to blame: the same again after a while. */
  void tryLater() {
    refused = false;
    pause = Math.clamp(2L * pause, FIRST_PAUSE, LONGEST_PAUSE);
    pauseLeft = pause;
  }

  /** The same for content that was not read. A person may be about to make it readable. */
  void readLater() {
    pauseLeft = FIRST_PAUSE;
  }

  /** Asked once for each look. */
  boolean pauses() {
    return pauseLeft > 0 && pauseLeft-- > 0;
  }

  /** The content that waits is of no use any more. */
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
