// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.Trouble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/**
 * The steps for all jars that a look has found changed: stop their bundles, uninstall, update and
 * install, refresh once, start. So a bundle starts once for each change of its file, with all of
 * the new content around it.
 *
 * <p>Bundles are stopped persistently, not transiently: otherwise a manager of start levels would
 * start them again in the middle of the steps.
 *
 * <p>Thread: the bundles thread only.
 */
public final class BundleStep {

  private final BundleContext context;
  private final Remembered remembered;
  private final ForeignCode foreign;
  private final Refresh refresh;
  private final BundleStart start;

  public BundleStep(
      BundleContext context, Remembered remembered, ForeignCode foreign, BooleanSupplier stopping) {
    this.context = context;
    this.remembered = remembered;
    this.foreign = foreign;
    Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
    refresh = new Refresh(framework, stopping);
    start = new BundleStart(framework, foreign, stopping);
  }

  Remembered remembered() {
    return remembered;
  }

  /**
   * @param gone files that are no longer there
   * @param changed files with content that is to be used
   * @param all files that are there
   */
  void take(List<BundleFile> gone, List<BundleFile> changed, List<BundleFile> all) {
    each(gone, this::stop);
    each(changed, this::stop);
    var touched = new LinkedHashSet<Bundle>();
    each(gone, file -> uninstall(file, touched));
    each(changed, file -> use(file, touched));
    refresh(touched);
    each(changed, start::start);
    each(all.stream().filter(start::leftUnresolved).toList(), start::start);
  }

  /**
   * Trouble with one file, whose bundle others may uninstall meanwhile, does not affect the next.
   */
  private static void each(List<BundleFile> files, Consumer<BundleFile> action) {
    for (BundleFile file : files) {
      try {
        action.accept(file);
      } catch (RuntimeException e) {
        file.trouble("cannot be processed: " + e, e);
      }
    }
  }

  /** Tries again to start the bundles that could not be started before. */
  void startAgain(List<BundleFile> all, boolean othersChanged) {
    each(all.stream().filter(file -> file.isToStart(othersChanged)).toList(), start::start);
  }

  private void stop(BundleFile file) {
    Bundle bundle = file.bundle();
    if (bundle != null && !BundleStart.isFragment(bundle)) {
      try {
        foreign.stop(file.name(), BundleFile.identity(bundle), bundle::stop);
      } catch (BundleException e) {
        Throwable cause = BundleStart.cause(e);
        file.trouble(BundleFile.identity(bundle) + " has failed to stop: " + cause, cause);
      }
    }
  }

  private void uninstall(BundleFile file, Set<Bundle> touched) {
    BundleFiles.discard(file);
    Bundle bundle = file.bundle();
    if (bundle == null) {
      return;
    }
    try {
      bundle.uninstall();
      touched.add(bundle);
      remembered.remove(file.location());
      file.done("removed; " + BundleFile.identity(bundle) + " is uninstalled");
    } catch (BundleException e) {
      file.trouble(BundleFile.identity(bundle) + " cannot be uninstalled: " + Trouble.of(e));
    }
  }

  private void use(BundleFile file, Set<Bundle> touched) {
    WholeJar jar = file.incoming;
    if (jar == null) {
      return;
    }
    Bundle before = file.bundle();
    try (InputStream content = Files.newInputStream(jar.copy())) {
      if (before == null) {
        Bundle installed = context.installBundle(file.location(), content);
        file.bundle(installed);
        tellOther(file, installed);
        file.did = BundleFile.identity(installed) + " is installed";
        touchHost(installed, jar, touched);
      } else {
        String was = BundleFile.identity(before);
        before.update(content);
        file.did = was + " is updated" + to(BundleFile.identity(before), was);
        touched.add(before);
        touchHost(before, jar, touched);
      }
      remembered.put(file.location(), jar.digest());
      BundleFiles.discard(file);
    } catch (BundleException e) {
      if (before == null) {
        file.refused = true;
        file.trouble(notInstalled(jar, e));
      } else {
        file.trouble(
            "cannot be used for an update: " + Trouble.of(BundleStart.cause(e)) + file.stays());
      }
      if (isOfTheDisk(e)) {
        file.tryLater();
      } else if (before != null) {
        BundleFiles.discard(file);
      }
    } catch (IOException e) {
      file.trouble("cannot be read: " + Trouble.of(e) + file.stays());
      file.tryLater();
    }
  }

  /** Whether the system lacks room or descriptors. The content is whole, and was read. */
  private static boolean isOfTheDisk(BundleException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  /** Only the version when the name is the same. */
  private static String to(String is, String was) {
    if (is.equals(was)) {
      return "";
    }
    int version = is.lastIndexOf(' ') + 1;
    return " to " + (was.startsWith(is.substring(0, version)) ? is.substring(version) : is);
  }

  private String notInstalled(WholeJar jar, BundleException e) {
    BundleIdentity identity = jar.identity();
    if (e.getType() == BundleException.DUPLICATE_BUNDLE_ERROR && identity != null) {
      String where = others(identity.symbolicName(), null).map(BundleStep::where).orElse("");
      return "is a second copy of " + identity + ", which is installed already" + where;
    }
    return "cannot be installed: " + Trouble.of(BundleStart.cause(e));
  }

  /** Two files of the folder are never the same bundle, so the other bundle is not the folder's. */
  private void tellOther(BundleFile file, Bundle installed) {
    others(installed.getSymbolicName(), installed)
        .ifPresent(
            other ->
                file.trouble(
                    "is another version of "
                        + BundleFile.identity(other)
                        + ", which is installed already"
                        + where(other)
                        + "; both are used now"));
  }

  private Optional<Bundle> others(String symbolicName, @Nullable Bundle but) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle != but && symbolicName.equals(bundle.getSymbolicName()))
        .findFirst();
  }

  private static String where(Bundle bundle) {
    return " as bundle " + bundle.getBundleId() + " from " + bundle.getLocation();
  }

  /** A fragment attaches when its host is resolved again. */
  private void touchHost(Bundle fragment, WholeJar jar, Set<Bundle> touched) {
    BundleIdentity identity = jar.identity();
    if (identity == null || identity.host() == null) {
      return;
    }
    for (Bundle bundle : context.getBundles()) {
      if (identity.host().equals(bundle.getSymbolicName()) && bundle.getBundleId() != 0) {
        touched.add(bundle);
        touched.add(fragment);
      }
    }
  }

  /**
   * Only when needed: each bundle that imports from a refreshed one is stopped and started, too.
   */
  private void refresh(Set<Bundle> touched) {
    List<Bundle> needed =
        touched.stream()
            .filter(bundle -> refresh.needed(bundle) || bundle.getState() >= Bundle.RESOLVED)
            .toList();
    if (!needed.isEmpty()) {
      refresh.run(needed);
    }
  }
}
