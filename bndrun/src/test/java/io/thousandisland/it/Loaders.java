package io.thousandisland.it;

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
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** Class loaders that should be collected. */
final class Loaders {

  private final Map<String, WeakReference<ClassLoader>> watched = new LinkedHashMap<>();

  /** Watches the loader that {@code bundle} has now. */
  void watch(String name, Bundle bundle) {
    watched.put(name, new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader()));
  }

  int size() {
    return watched.size();
  }

  /** Those still there. A collection needs a nudge: it is asked for until none is, for 20 s. */
  List<String> left() throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!now().isEmpty() && System.nanoTime() < deadline) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50); // the collector tells nobody when it is done
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

  /** Returns when the framework has let go of what was updated or uninstalled. */
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
