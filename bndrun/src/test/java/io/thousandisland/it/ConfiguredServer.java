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
import org.osgi.util.tracker.ServiceTracker;

/** A server made by a configuration, for the length of a test. */
final class ConfiguredServer implements AutoCloseable {

  /** Makes each PID new: one that is deleted and made again at once may escape SCR. */
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final BundleContext context;
  private final String name;
  private final Configuration configuration;
  private boolean closed;

  ConfiguredServer(BundleContext context, String name, Map<String, Object> settings)
      throws Exception {
    // not the injected one, which keeps what it gave away until the test ends
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
    configuration.update(all);
  }

  /** Waits until the server service says so, by its properties. */
  ServiceReference<Server> await(Status status) throws Exception {
    return await("(server.status=" + status + ")");
  }

  ServiceReference<Server> await(String filter) throws Exception {
    var tracker =
        new ServiceTracker<Server, Server>(
            context,
            context.createFilter(
                "(&(objectClass=io.thousandisland.server.Server)(server.name="
                    + name
                    + ")"
                    + filter
                    + ")"),
            null);
    tracker.open();
    try {
      if (tracker.waitForService(20_000) == null) {
        throw new AssertionError(name + " is never " + filter + ", but " + describe());
      }
      return tracker.getServiceReference();
    } finally {
      tracker.close();
    }
  }

  /** Waits until the reason for its status is this. */
  void awaitReason(String reason) throws Exception {
    Server server = server();
    Awaitility.await(reason).until(() -> server.info().reason().orElse(""), reason::equals);
  }

  private String mine() {
    return "(server.name=" + name + ")";
  }

  private String describe() throws Exception {
    return context.getServiceReferences(Server.class, mine()).stream()
        .map(reference -> context.getService(reference).info().toString())
        .toList()
        .toString();
  }

  Server server() throws Exception {
    return context.getService(await(""));
  }

  /** The port, as soon as it runs. */
  int port() throws Exception {
    return (Integer) await(Status.RUNNING).getProperty(Server.PORT);
  }

  Client connect() throws Exception {
    return new Client(port());
  }

  /** Returns when the server is gone: the next one may have its name. Idempotent. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    configuration.delete();
    Awaitility.await(name + " is gone")
        .atMost(Duration.ofSeconds(30))
        .until(() -> context.getServiceReferences(Server.class, mine()).isEmpty());
  }
}
