// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** A server for one test, made by a configuration. */
final class ConfiguredServer implements AutoCloseable {

  /**
   * Makes each PID new, because SCR may miss a configuration that is deleted and made again at
   * once.
   */
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final BundleContext context;
  private final String name;
  private final Configuration configuration;
  private boolean closed;
  private boolean deleted;

  ConfiguredServer(BundleContext context, String name, Map<String, Object> settings)
      throws Exception {
    // not the injected context: it keeps the services that it gave away until the test ends
    this.context = context.getBundle().getBundleContext();
    this.name = name;
    ConfigurationAdmin admin =
        context.getService(context.getServiceReference(ConfigurationAdmin.class));
    this.configuration =
        admin.getFactoryConfiguration(
            "io.thousandisland.server", name + "-" + COUNT.incrementAndGet(), "?");
    configure(settings);
  }

  void configure(Map<String, Object> settings) throws Exception {
    Dictionary<String, Object> all = new Hashtable<>(settings);
    all.put("name", name);
    if (!settings.containsKey("port") && !settings.containsKey("listen")) {
      all.put("port", 0);
    }
    configuration.update(all);
  }

  /** Waits until the properties of the server service show this status. */
  ServiceReference<Server> await(Status status) throws Exception {
    return await("(server.status=" + status + ")");
  }

  ServiceReference<Server> await(String filter) throws Exception {
    return Awaiting.server(context, name, filter);
  }

  /** Waits until the reason for the server's status is {@code reason}, or begins with it. */
  void awaitReason(String reason) throws Exception {
    Server server = server();
    Awaitility.await(reason)
        .until(() -> server.info().reason().orElse(""), r -> r.startsWith(reason));
  }

  private String mine() {
    return "(server.name=" + name + ")";
  }

  Server server() throws Exception {
    return context.getService(await(""));
  }

  /** The port, as soon as the server runs. */
  int port() throws Exception {
    return (Integer) await(Status.RUNNING).getProperty(Server.PORT);
  }

  Client connect() throws Exception {
    return new Client(port());
  }

  /** Deletes the configuration; the server begins to drain. */
  void delete() throws IOException {
    if (!deleted) {
      deleted = true;
      configuration.delete();
    }
  }

  /** Returns when the server is gone, so that the next server may have its name. Idempotent. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    delete();
    Awaitility.await(name + " is gone")
        .atMost(Duration.ofSeconds(30))
        .until(() -> context.getServiceReferences(Server.class, mine()).isEmpty());
  }
}
