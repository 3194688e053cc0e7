package io.thousandisland.runtime.component;

import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.server.Server;
import java.net.InetSocketAddress;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/**
 * The {@link Server} service of one server, with properties that follow the server.
 *
 * <p>Thread: {@link #update} has one caller at a time (the server's own thread), under no lock.
 */
final class ServerRegistration {

  private final ServerNode node;
  private final ServiceRegistration<Server> registration;

  /** The properties published last. */
  private Map<String, Object> published;

  /** Set when unregistered; later updates have no effect. */
  private volatile boolean gone;

  ServerRegistration(BundleContext context, ServerNode node) {
    this.node = node;
    this.published = properties();
    this.registration = context.registerService(Server.class, node, dictionary(published));
  }

  /** Null once the service is unregistered. */
  @Nullable ServiceReference<Server> reference() {
    try {
      return gone ? null : registration.getReference();
    } catch (IllegalStateException unregistered) {
      return null;
    }
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
    var properties = new HashMap<String, Object>();
    properties.put(Server.NAME, node.name());
    properties.put(Server.HOST, node.host());
    properties.put(Server.STATUS, node.status().name());
    if (node.address() instanceof InetSocketAddress at) {
      properties.put(Server.PORT, at.getPort());
    }
    return properties;
  }

  @SuppressWarnings("JdkObsolete") // the framework's own type
  private static Dictionary<String, Object> dictionary(Map<String, Object> properties) {
    return new Hashtable<>(properties);
  }
}
