// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;

/**
 * The {@link Server} service of one server, with properties that follow the server, and the
 * condition that is there while the server is ready.
 *
 * <p>Thread: {@link #update} has one caller at a time (the server's own thread), under no lock.
 */
final class ServerRegistration {

  private final BundleContext context;
  private final ServerNode node;
  private final ServiceRegistration<Server> registration;

  /** Null while the server is not ready; the same thread's as {@link #update}. */
  private @Nullable ServiceRegistration<Condition> condition;

  /** The properties published last. */
  private Map<String, Object> published;

  /** Set when unregistered; later updates have no effect. */
  private volatile boolean gone;

  ServerRegistration(BundleContext context, ServerNode node) {
    this.context = context;
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
        updateCondition(now);
      } catch (IllegalStateException unregistered) {
        gone = true; // by the framework, which stops our bundle
      }
    }
  }

  private void updateCondition(Map<String, Object> now) {
    boolean ready = Boolean.TRUE.equals(now.get(Server.READY));
    ServiceRegistration<Condition> known = condition;
    if (ready && known == null) {
      Map<String, Object> its =
          Map.of(Condition.CONDITION_ID, Server.CONDITION, Server.NAME, node.name());
      condition = context.registerService(Condition.class, Condition.INSTANCE, dictionary(its));
    } else if (!ready && known != null) {
      condition = null;
      known.unregister();
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
    node.host().ifPresent(host -> properties.put(Server.HOST, host));
    Status status = node.status();
    properties.put(Server.STATUS, status.name());
    properties.put(Server.READY, status == Status.RUNNING);
    List<SocketAddress> addresses = node.addresses();
    properties.put(Server.ADDRESSES, addresses.stream().map(ServerRegistration::text).toList());
    addresses.stream()
        .filter(InetSocketAddress.class::isInstance)
        .findFirst()
        .ifPresent(at -> properties.put(Server.PORT, ((InetSocketAddress) at).getPort()));
    return properties;
  }

  /** As the configuration writes it: {@code [::1]:7777}, {@code unix:/run/echo.sock}. */
  private static String text(SocketAddress address) {
    if (address instanceof InetSocketAddress at && at.getAddress() != null) {
      return new ListenAddress.Inet(at.getAddress().getHostAddress(), at.getPort()).toString();
    }
    return address instanceof UnixDomainSocketAddress
        ? ListenAddress.UNIX + address
        : address.toString();
  }

  @SuppressWarnings("JdkObsolete") // the framework's own type
  private static Dictionary<String, Object> dictionary(Map<String, Object> properties) {
    return new Hashtable<>(properties);
  }
}
