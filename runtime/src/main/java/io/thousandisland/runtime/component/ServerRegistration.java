package io.thousandisland.runtime.component;

import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import java.net.InetSocketAddress;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * The {@link Server} service of one server, with properties that follow it.
 *
 * <p>Thread: {@link #update} one caller at a time (the server's own thread), under no lock.
 */
final class ServerRegistration {

  private final ServerNode node;

  /** Written by who configures; read by the server's own thread. */
  private volatile String host;

  private final ServiceRegistration<Server> registration;

  /** What was published last. */
  private Map<String, Object> published;

  /** Set when unregistered; updates after that are for nobody. */
  private volatile boolean gone;

  ServerRegistration(BundleContext context, ServerNode node, String host) {
    this.node = node;
    this.host = host;
    this.published = properties();
    this.registration = context.registerService(Server.class, node, dictionary(published));
  }

  /** The host configured now; published with the next {@link #update}. */
  void host(String changed) {
    host = changed;
  }

  void update() {
    Map<String, Object> now = properties();
    if (!gone && !now.equals(published)) {
      published = now;
      try {
        registration.setProperties(dictionary(now));
      } catch (IllegalStateException unregistered) {
        gone = true; // by the framework, which stops our bundle
      }
    }
  }

  void unregister() {
    gone = true;
    try {
      registration.unregister();
    } catch (IllegalStateException already) {
      gone = true; // by the framework, which stops our bundle
    }
  }

  private Map<String, Object> properties() {
    ServerInfo info = node.info();
    var properties = new HashMap<String, Object>();
    properties.put(Server.NAME, info.name());
    properties.put(Server.HOST, host);
    properties.put(Server.STATUS, info.status().name());
    info.address()
        .filter(InetSocketAddress.class::isInstance)
        .ifPresent(at -> properties.put(Server.PORT, ((InetSocketAddress) at).getPort()));
    return properties;
  }

  @SuppressWarnings("JdkObsolete") // the framework's own type
  private static Dictionary<String, Object> dictionary(Map<String, Object> properties) {
    return new Hashtable<>(properties);
  }
}
