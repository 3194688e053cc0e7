// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.wiring.FrameworkWiring;

/** A refresh of bundles, and the wait for its end. */
public final class Refresh {

  private final FrameworkWiring wiring;
  private final BooleanSupplier stopping;

  /**
   * @param stopping true when the wait must end: the framework stops, or refreshes this bundle
   */
  Refresh(Bundle framework, BooleanSupplier stopping) {
    wiring = framework.adapt(FrameworkWiring.class);
    this.stopping = stopping;
  }

  void run(Collection<Bundle> bundles) {
    var done = new CountDownLatch(1);
    wiring.refreshBundles(
        bundles,
        event -> {
          if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
            done.countDown();
          }
        });
    try {
      while (!stopping.getAsBoolean() && !done.await(100, TimeUnit.MILLISECONDS)) {
        // a handler that drains may take a minute
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether other bundles still use the former content of {@code bundle}. */
  boolean needed(Bundle bundle) {
    return wiring.getRemovalPendingBundles().contains(bundle);
  }
}
