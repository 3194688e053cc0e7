// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import io.thousandisland.server.Server;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/** Waits for services, 20 seconds at most. */
final class Awaiting {
  private Awaiting() {}

  /** The service of the named server, as soon as its properties match the filter. */
  static ServiceReference<Server> server(BundleContext context, String name, String filter)
      throws Exception {
    String named = "(server.name=" + name + ")";
    var tracker =
        new ServiceTracker<Server, Server>(
            context,
            context.createFilter(
                "(&(objectClass=io.thousandisland.server.Server)" + named + filter + ")"),
            null);
    tracker.open();
    try {
      if (tracker.waitForService(20_000) == null) {
        throw new AssertionError(
            name
                + " is never "
                + filter
                + ", but "
                + context.getServiceReferences(Server.class, named).stream()
                    .map(reference -> context.getService(reference).info())
                    .toList());
      }
      return tracker.getServiceReference();
    } finally {
      tracker.close();
    }
  }
}
