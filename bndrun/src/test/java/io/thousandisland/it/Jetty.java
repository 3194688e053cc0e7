// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Jetty on a free port, and bundles that are reached through it. They are there for the time of a
 * test, so that other tests run without Jetty.
 */
final class Jetty implements AutoCloseable {

  private static final String RUNTIME = "org.osgi.service.servlet.runtime.HttpServiceRuntime";

  private final BundleContext context;
  private final List<Bundle> bundles = new ArrayList<>();

  /**
   * Installs all jars of a folder, which the build has put there, and starts them.
   *
   * @param folder the property with the folder
   */
  Jetty(BundleContext injected, String folder) throws Exception {
    context = injected.getBundle().getBundleContext();
    try (Stream<Path> jars = Files.list(Path.of(context.getProperty(folder)))) {
      for (Path jar : jars.sorted().toList()) {
        bundles.add(context.installBundle(jar.toUri().toString()));
      }
    }
    for (Bundle bundle : bundles) {
      bundle.start();
    }
  }

  /** Where it listens, as soon as it does: {@code http://127.0.0.1:PORT/}. */
  String address() {
    Object endpoints =
        Awaitility.await("Jetty listens")
            .until(
                () -> {
                  ServiceReference<?> runtime = context.getServiceReference(RUNTIME);
                  return runtime == null ? null : runtime.getProperty("osgi.http.endpoint");
                },
                found -> found != null);
    return endpoints instanceof String[] several ? several[0] : String.valueOf(endpoints);
  }

  @Override
  public void close() throws Exception {
    for (Bundle bundle : bundles.reversed()) {
      bundle.uninstall();
    }
  }
}
