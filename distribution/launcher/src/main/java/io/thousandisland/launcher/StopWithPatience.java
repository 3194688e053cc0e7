// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;

/**
 * Stops a framework, and waits until it has stopped; servers drain meanwhile. A framework waits
 * without end for a bundle that hangs in its start, and stops no other bundle. Then this class
 * stops the others, and the process ends without the hanging bundle. A bundle that takes long to
 * stop may drain connections, so this class waits for it, but reports that.
 *
 * <p>Thread: the shutdown hook's.
 */
final class StopWithPatience {
  /** More time than a starting bundle needs. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  /** More time than a usual drain needs. */
  private static final long LONG_STOP_SECONDS = 60;

  /** The time for the drains of the other bundles. */
  private static final long REST_MILLIS = 60_000;

  private static final long LOOK_MILLIS = 500;

  private final Framework framework;
  private final long longStopSeconds;

  StopWithPatience(Framework framework) {
    this(framework, LONG_STOP_SECONDS);
  }

  /**
   * @param longStopSeconds after this time, standard error names the bundle that the process waits
   *     for
   */
  StopWithPatience(Framework framework, long longStopSeconds) {
    this.framework = framework;
    this.longStopSeconds = longStopSeconds;
  }

  void run() throws BundleException, InterruptedException {
    framework.stop();
    long begun = System.nanoTime();
    boolean told = false;
    while (framework.waitForStop(LOOK_MILLIS).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
      List<Bundle> hanging = starting();
      if (!hanging.isEmpty() && System.nanoTime() - begun > PATIENCE) {
        leave(hanging);
        return;
      }
      if (!told && System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(longStopSeconds)) {
        told = tellStopping();
      }
    }
  }

  private boolean tellStopping() {
    List<Bundle> stopping = in(Bundle.STOPPING);
    if (stopping.isEmpty()) {
      return false;
    }
    System.err.println(
        names(stopping)
            + " is still stopping, after "
            + longStopSeconds
            + " s; the process waits, and only kill -KILL ends the process at once");
    return true;
  }

  private void leave(List<Bundle> hanging) throws InterruptedException {
    System.err.println(
        names(hanging)
            + " hangs in its start; the other bundles are stopped, and the process ends without it");
    Thread rest = new Thread(() -> stopAllBut(hanging), "stop the rest");
    rest.setDaemon(true);
    rest.start();
    rest.join(REST_MILLIS);
  }

  private static String names(List<Bundle> bundles) {
    return bundles.stream()
        .map(each -> each.getSymbolicName() + " " + each.getVersion())
        .collect(Collectors.joining(", "));
  }

  private List<Bundle> starting() {
    List<Bundle> starting = in(Bundle.STARTING);
    starting.removeIf(StopWithPatience::isLazy);
    return starting;
  }

  private List<Bundle> in(int state) {
    List<Bundle> found = bundles();
    found.removeIf(each -> each.getState() != state);
    return found;
  }

  /** A lazy bundle is in the same state for as long as nothing uses it. */
  private static boolean isLazy(Bundle bundle) {
    String policy = bundle.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY);
    return policy != null && policy.contains(Constants.ACTIVATION_LAZY);
  }

  /** In the order of the framework: the last bundles first. */
  private void stopAllBut(List<Bundle> hanging) {
    List<Bundle> all = bundles();
    Collections.reverse(all);
    for (Bundle bundle : all) {
      if (bundle.getState() == Bundle.ACTIVE && !hanging.contains(bundle)) {
        try {
          bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException | IllegalStateException e) {
          // the bundle has ended as well as it can
        }
      }
    }
  }

  private List<Bundle> bundles() {
    List<Bundle> all = new ArrayList<>();
    if (framework.getBundleContext() != null) {
      for (Bundle bundle : framework.getBundleContext().getBundles()) {
        if (bundle.getBundleId() != 0) {
          all.add(bundle);
        }
      }
    }
    return all;
  }
}
