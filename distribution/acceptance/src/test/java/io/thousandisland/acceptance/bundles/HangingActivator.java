// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.bundles;

import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Never starts. An interrupt ends it, unless the bundle's header {@code Deaf} is there. */
public final class HangingActivator implements BundleActivator {

  private final CountDownLatch never = new CountDownLatch(1);

  @Override
  public void start(BundleContext context) throws InterruptedException {
    boolean deaf = context.getBundle().getHeaders("").get("Deaf") != null;
    System.out.println("hanging");
    do {
      try {
        never.await();
      } catch (InterruptedException e) {
        if (!deaf) {
          throw e;
        }
      }
    } while (deaf);
  }

  @Override
  public void stop(BundleContext context) {}
}
