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
 * Stops a framework, and waits until it has stopped: servers drain meanwhile. A framework waits for
 * ever for a bundle that hangs in its start, and stops no other one. Then the others are stopped
 * here, and the process ends without that one.
 *
 * <p>Thread: the shutdown hook's.
 */
final class StopWithPatience {
  /** More than a bundle needs that starts just now. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  /** For the drains of the others. */
  private static final long REST_MILLIS = 60_000;

  private static final long LOOK_MILLIS = 500;

  private final Framework framework;

  StopWithPatience(Framework framework) {
    this.framework = framework;
  }

  void run() throws BundleException, InterruptedException {
    framework.stop();
    long begun = System.nanoTime();
    while (framework.waitForStop(LOOK_MILLIS).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
      List<Bundle> hanging = starting();
      if (!hanging.isEmpty() && System.nanoTime() - begun > PATIENCE) {
        leave(hanging);
        return;
      }
    }
  }

  private void leave(List<Bundle> hanging) throws InterruptedException {
    System.err.println(
        hanging.stream()
                .map(each -> each.getSymbolicName() + " " + each.getVersion())
                .collect(Collectors.joining(", "))
            + " hangs in its start; the others are stopped, and the process ends without it");
    Thread rest = new Thread(() -> stopAllBut(hanging), "stop the rest");
    rest.setDaemon(true);
    rest.start();
    rest.join(REST_MILLIS);
  }

  private List<Bundle> starting() {
    List<Bundle> starting = new ArrayList<>();
    for (Bundle bundle : bundles()) {
      if (bundle.getState() == Bundle.STARTING && !isLazy(bundle)) {
        starting.add(bundle);
      }
    }
    return starting;
  }

  /** Such a bundle is in the same state for as long as nobody uses it. */
  private static boolean isLazy(Bundle bundle) {
    String policy = bundle.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY);
    return policy != null && policy.contains(Constants.ACTIVATION_LAZY);
  }

  /** As the framework would: the last ones first. */
  private void stopAllBut(List<Bundle> hanging) {
    List<Bundle> all = bundles();
    Collections.reverse(all);
    for (Bundle bundle : all) {
      if (bundle.getState() == Bundle.ACTIVE && !hanging.contains(bundle)) {
        try {
          bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException | IllegalStateException e) {
          // it has ended as well as it can
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
