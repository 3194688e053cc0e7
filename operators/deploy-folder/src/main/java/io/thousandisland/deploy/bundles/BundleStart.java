// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.Trouble;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The last part of a {@link BundleStep}: it starts bundles and attaches fragments. A bundle that
 * cannot be started is tried again: soon if nothing is missing, otherwise when other bundles
 * change.
 *
 * <p>Thread: the bundles thread only.
 */
public final class BundleStart {

  /** The number of looks that the framework may be busy before a report. */
  private static final int ATTEMPTS = 8;

  /** The same, while the framework is on its way to a start level: half a minute. */
  private static final int ATTEMPTS_BEFORE_LEVEL = 120;

  private final ForeignCode foreign;
  private final BooleanSupplier stopping;
  private final Unresolved unresolved;
  private final FrameworkWiring wiring;

  BundleStart(Bundle framework, ForeignCode foreign, BooleanSupplier stopping) {
    this.foreign = foreign;
    this.stopping = stopping;
    unresolved = new Unresolved(framework);
    wiring = framework.adapt(FrameworkWiring.class);
  }

  /** Whether a bundle that was started has lost what it requires. */
  boolean leftUnresolved(BundleFile file) {
    Bundle bundle = file.bundle();
    return bundle != null
        && file.start == BundleFile.Start.DONE
        && bundle.getState() == Bundle.INSTALLED
        && bundle.adapt(BundleStartLevel.class).isPersistentlyStarted();
  }

  /** Starts the bundle of {@code file}, or attaches it to its host; or reports why that fails. */
  void start(BundleFile file) {
    Bundle bundle = file.bundle();
    if (bundle == null || stopping.getAsBoolean()) {
      return;
    }
    if (isFragment(bundle)) {
      attach(file, bundle);
      return;
    }
    // A bundle that cannot be resolved is not started. Otherwise Felix would try again when bnd's
    // launcher gives the bundle a start level, and would print a stack trace.
    if (!wiring.resolveBundles(List.of(bundle))) {
      notResolved(file, bundle);
      return;
    }
    boolean ran = bundle.getState() == Bundle.ACTIVE;
    try {
      foreign.start(
          file.name(),
          BundleFile.identity(bundle),
          () -> bundle.start(Bundle.START_ACTIVATION_POLICY));
      if (bundle.getState() != Bundle.ACTIVE && bundle.getState() != Bundle.STARTING) {
        again(file, "its start level is not reached", ATTEMPTS_BEFORE_LEVEL);
        return;
      }
      file.start = BundleFile.Start.DONE;
      file.attempts = 0;
      if (!file.did.isEmpty()) {
        file.done(file.did + " and started");
      } else if (!ran) {
        file.done(BundleFile.identity(bundle) + " is started");
      }
    } catch (BundleException e) {
      notStarted(file, e);
    }
  }

  private void attach(BundleFile file, Bundle fragment) {
    wiring.resolveBundles(List.of(fragment));
    if (fragment.getState() == Bundle.INSTALLED) {
      file.start = BundleFile.Start.WHEN_OTHERS_CHANGE;
      file.notStarted(unresolved.missing(fragment).orElse("it does not resolve"));
    } else {
      file.start = BundleFile.Start.DONE;
      String did = file.did.isEmpty() ? BundleFile.identity(fragment) + " is" : file.did + " and";
      file.done(did + " attached to its host");
    }
  }

  private void notResolved(BundleFile file, Bundle bundle) {
    String missing = unresolved.missing(bundle).orElse("");
    if (missing.isEmpty()) {
      again(file, "it does not resolve, although everything that it requires is there", ATTEMPTS);
    } else {
      file.start = BundleFile.Start.WHEN_OTHERS_CHANGE;
      file.notStarted(missing);
    }
  }

  private void notStarted(BundleFile file, BundleException e) {
    if (stopping.getAsBoolean()) {
      return; // its start was interrupted
    }
    switch (e.getType()) {
      case BundleException.RESOLVE_ERROR, BundleException.STATECHANGE_ERROR ->
          again(file, Trouble.of(e), ATTEMPTS);
      default -> {
        file.start = BundleFile.Start.DONE;
        Throwable cause = cause(e);
        file.trouble(file.subject() + " cannot be started: " + cause, cause);
      }
    }
  }

  /** Nothing is missing, so the framework may have been busy. */
  private static void again(BundleFile file, String why, int most) {
    file.attempts++;
    if (file.attempts < most) {
      file.start = BundleFile.Start.SOON;
    } else {
      file.start = BundleFile.Start.WHEN_OTHERS_CHANGE;
      file.notStarted(why);
    }
  }

  /** The exception that an activator threw, rather than the framework's exception around it. */
  static Throwable cause(BundleException e) {
    return e.getCause() == null ? e : e.getCause();
  }

  static boolean isFragment(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }
}
