// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.FolderThread;
import io.thousandisland.deploy.watch.Kind;
import io.thousandisland.deploy.watch.MalformedFileException;
import io.thousandisland.deploy.watch.Report;
import io.thousandisland.deploy.watch.Sight;
import io.thousandisland.deploy.watch.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;

/**
 * The jars of the folder. After each look this class finds the jars that have come, changed or
 * gone, reads them as a whole, and hands them over to a {@link BundleStep}.
 *
 * <p>Thread: the bundles thread, except {@link #bundleChanged}.
 */
public final class BundleFiles implements FolderThread.Turn, BundleListener {

  /** A file that does not change and cannot be read for this long is a person's mistake. */
  public static final Duration INCOMPLETE = Duration.ofSeconds(2);

  private final Path storage;
  private final Report report;
  private final Remembered remembered;
  private final BundleStep step;
  private final Map<Path, BundleFile> files = new LinkedHashMap<>();
  private int copies;

  /** Set by the framework's thread, taken by the bundles thread. */
  private volatile boolean othersChanged;

  public BundleFiles(
      Path folder, BundleContext context, Path storage, Report report, BundleStep step)
      throws IOException {
    this.storage = storage;
    this.report = report;
    this.step = step;
    remembered = step.remembered();
    deleteCopies();
    String inFolder = Pattern.quote(BundleFile.location(folder).replaceFirst("/?$", "/")) + "[^/]+";
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getLocation().matches(inFolder)) {
        take(bundle);
      }
    }
  }

  /** Takes a bundle that the framework has kept over a restart. */
  private void take(Bundle kept) {
    var file = new BundleFile(Path.of(URI.create(kept.getLocation())), report);
    file.bundle(kept);
    file.start = BundleFile.Start.SOON;
    files.put(file.path(), file);
  }

  private void deleteCopies() throws IOException {
    try (Stream<Path> left = Files.list(storage)) {
      for (Path copy : left.filter(f -> f.getFileName().toString().endsWith(".jar")).toList()) {
        Files.delete(copy);
      }
    }
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    switch (event.getType()) {
      case BundleEvent.INSTALLED, BundleEvent.UPDATED, BundleEvent.UNINSTALLED ->
          othersChanged = true;
      default -> {
        // no other bundle can be resolved because of it
      }
    }
  }

  @Override
  public void folderUnreadable(IOException e) {
    // bundles from the folder stay; the other thread reports the trouble
  }

  @Override
  public void take(Sight sight) {
    boolean changedOutside = othersChanged;
    if (changedOutside) {
      othersChanged = false;
    }
    List<BundleFile> gone = files.values().stream().filter(f -> sight.gone(f.path())).toList();
    gone.forEach(file -> files.remove(file.path()));
    sight.of(Kind.BUNDLE).forEach(file -> check(file.getKey(), file.getValue()));
    List<BundleFile> changed = chosen(changedOutside);
    if (!gone.isEmpty() || !changed.isEmpty()) {
      step.take(gone, changed, List.copyOf(files.values()));
    }
    step.startAgain(List.copyOf(files.values()), changedOutside);
  }

  private void check(Path path, Sight.Still still) {
    BundleFile file = files.computeIfAbsent(path, p -> new BundleFile(p, report));
    boolean later = still.fingerprint().equals(file.tried) && file.pauses();
    if (!still.fingerprint().equals(file.checked) && !later) {
      try {
        file.tried = null;
        file.discard();
        read(file);
        file.checked = still.fingerprint();
        file.unreadable = "";
      } catch (ZipException e) {
        file.unreadable =
            "is not a readable zip ("
                + Trouble.of((Throwable) e)
                + "): it is used as soon as it is complete";
        file.checked = still.fingerprint();
      } catch (MalformedFileException e) {
        file.unreadable = "is not a valid bundle: " + e.getMessage();
        file.checked = still.fingerprint();
      } catch (IOException e) {
        notRead(file, still, Trouble.of(e));
      } catch (OutOfMemoryError e) {
        notRead(file, still, "too little memory (" + e.getMessage() + ")");
      }
    }
    if (!file.unreadable.isEmpty() && still.unchanged().compareTo(INCOMPLETE) >= 0) {
      file.trouble(file.unreadable + file.stays());
    }
  }

  private static void notRead(BundleFile file, Sight.Still still, String why) {
    file.unreadable = "cannot be read: " + why;
    if (still.unchanged().compareTo(INCOMPLETE) >= 0) {
      file.tried = still.fingerprint();
      file.readLater();
    }
  }

  private void read(BundleFile file) throws IOException {
    WholeJar jar = WholeJar.copy(file.path(), storage.resolve("copy-" + copies++ + ".jar"));
    file.incoming = jar;
    Bundle installed = file.bundle();
    if (jar.identity() == null) {
      file.discard();
      file.trouble(
          "is a jar, but not a bundle: its manifest has no Bundle-SymbolicName" + file.stays());
    } else if (installed != null && jar.digest().equals(remembered.digest(file.location()))) {
      file.discard();
      file.done("has the content of " + BundleFile.identity(installed) + ", which is installed");
    }
  }

  /** The files to use now. Of several files with one bundle, the first is used until it goes. */
  private List<BundleFile> chosen(boolean changedOutside) {
    var chosen = new ArrayList<BundleFile>();
    var names = new HashMap<String, BundleFile>();
    for (BundleFile file : files.values()) {
      WholeJar jar = file.incoming;
      if (jar == null
          || jar.identity() == null
          || file.pauses()
          || (file.refused && !changedOutside)) {
        continue;
      }
      String name = jar.identity().symbolicName();
      BundleFile rival =
          files.values().stream()
              .filter(other -> other != file && other.isOf(name))
              .findFirst()
              .orElse(names.get(name));
      if (rival == null) {
        names.put(name, file);
        if (hasRoom(file, jar)) {
          chosen.add(file);
        }
      } else {
        file.trouble(
            "is the bundle "
                + jar.identity()
                + ", and "
                + rival.name()
                + " is the same bundle"
                + version(rival)
                + " and came first; this file is used when "
                + rival.name()
                + " is removed");
      }
    }
    return chosen;
  }

  /** Asked first, so that no bundle is stopped for an update that cannot succeed. */
  private boolean hasRoom(BundleFile file, WholeJar jar) {
    if (file.bundle() == null || jar.copy().toFile().length() < storage.toFile().getUsableSpace()) {
      return true;
    }
    file.trouble("cannot be used for an update: no space left on the disk" + file.stays());
    file.tryLater();
    return false;
  }

  private static String version(BundleFile file) {
    Bundle installed = file.bundle();
    return installed == null ? "" : " in version " + installed.getVersion();
  }

  /** Drops the waiting content of {@code file}. */
  static void discard(BundleFile file) {
    try {
      file.discard();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
