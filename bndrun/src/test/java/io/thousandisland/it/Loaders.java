// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import io.thousandisland.handler.Handler;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** Class loaders that should be collected. */
final class Loaders {

  private final Map<String, WeakReference<ClassLoader>> watched = new LinkedHashMap<>();

  Loaders() {
    loadApi();
  }

  /**
   * Loads all classes of the api. When two threads load the same class for the first time, the
   * class loaders of Felix 7.0.5 may keep one of the threads without end ({@code m_classLocks}),
   * and that thread keeps the class loader of its task.
   */
  private static void loadApi() {
    Bundle api = FrameworkUtil.getBundle(Handler.class);
    var classes =
        api.adapt(BundleWiring.class)
            .listResources("/", "*.class", BundleWiring.LISTRESOURCES_RECURSE);
    for (String name : classes) {
      if (name.startsWith("io/thousandisland/")) {
        try {
          var unused = api.loadClass(name.replace(".class", "").replace('/', '.'));
        } catch (ClassNotFoundException e) {
          throw new AssertionError(name, e);
        }
      }
    }
  }

  /** Watches the loader that {@code bundle} has now. */
  void watch(String name, Bundle bundle) {
    watched.put(name, new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader()));
  }

  int size() {
    return watched.size();
  }

  /**
   * The loaders that are not collected yet. Requests collections until there are none, for 20 s at
   * most.
   */
  List<String> left() throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!now().isEmpty() && System.nanoTime() < deadline) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50); // the collector gives no notice when it is done
    }
    return now();
  }

  private List<String> now() {
    var left = new ArrayList<String>();
    watched.forEach(
        (name, loader) -> {
          if (loader.get() != null) {
            left.add(name);
          }
        });
    return left;
  }

  /** Returns when the framework has let go of the old content of updated or uninstalled bundles. */
  static void refresh(BundleContext context, List<Bundle> bundles) throws Exception {
    var refreshed = new CountDownLatch(1);
    FrameworkListener listener =
        event -> {
          if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
            refreshed.countDown();
          }
        };
    context
        .getBundle(0)
        .adapt(FrameworkWiring.class)
        .refreshBundles(bundles.isEmpty() ? null : bundles, listener);
    if (!refreshed.await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("not refreshed within 30 s");
    }
  }
}
