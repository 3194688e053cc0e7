// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import io.thousandisland.runtime.signals.Later;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The watch that makes the last update of a configuration win. SCR reads the properties of a
 * configuration and its change count one after the other; an update between the two reads is lost
 * for good. So a moment after each change, the properties that the server was given are compared
 * with the properties that Configuration Admin has.
 *
 * <p>Thread: any.
 */
@Component(
    service = {ConfigurationListener.class, ConfigurationWatch.class},
    immediate = true)
public final class ConfigurationWatch implements ConfigurationListener {

  /** SCR needs some milliseconds, unless Configuration Admin's thread is kept waiting. */
  private static final Duration MOMENT = Duration.ofMillis(500);

  /** The prefixes of the keys that SCR adds to a configuration. */
  private static final List<String> OF_SCR = List.of("component.", "osgi.ds.");

  /** A server made by a configuration. */
  interface Configured {
    /** The properties that the server was given last. */
    Map<String, Object> properties();

    /** The server's service, for which plugins may change the configuration. */
    @Nullable ServiceReference<?> reference();

    /** Takes another configuration, as from SCR. */
    void modified(Map<String, Object> properties);
  }

  private final BundleContext context;
  private final Later later;
  private final Map<String, Configured> servers = new ConcurrentHashMap<>();

  @Activate
  public ConfigurationWatch(BundleContext context, @Reference RuntimeContextComponent runtime) {
    this.context = context;
    this.later = runtime.later();
  }

  void add(String pid, Configured server) {
    servers.put(pid, server);
    compareSoon(pid);
  }

  void remove(String pid, Configured server) {
    servers.remove(pid, server);
  }

  @Override
  public void configurationEvent(ConfigurationEvent event) {
    if (event.getType() == ConfigurationEvent.CM_UPDATED && servers.containsKey(event.getPid())) {
      compareSoon(event.getPid());
    }
  }

  /**
   * Compares, a moment from now, the properties given to the server of {@code pid} with the stored
   * ones.
   */
  void compareSoon(String pid) {
    var unused = later.in(MOMENT, () -> later.apart("configuration " + pid, () -> compare(pid)));
  }

  private void compare(String pid) {
    Configured server = servers.get(pid);
    if (server == null) {
      return;
    }
    Map<String, Object> given = server.properties();
    Map<String, Object> stored = stored(pid, server.reference());
    // only while the given properties are the same: otherwise SCR has just brought others, and that
    // call compares again by itself
    if (stored != null && !same(stored, given) && given == server.properties()) {
      var all = new HashMap<>(stored);
      given.keySet().stream()
          .filter(ConfigurationWatch::isOfScr)
          .forEach(key -> all.put(key, given.get(key)));
      server.modified(all);
    }
  }

  /** Null when there is no such configuration any more, or no service to ask. */
  private @Nullable Map<String, Object> stored(String pid, @Nullable ServiceReference<?> reader) {
    var reference = context.getServiceReference(ConfigurationAdmin.class);
    ConfigurationAdmin admin = reference == null ? null : context.getService(reference);
    if (reference == null || admin == null || reader == null) {
      return null;
    }
    try {
      Configuration[] found = admin.listConfigurations("(service.pid=" + pid + ")");
      if (found == null || found.length != 1) {
        return null;
      }
      var properties = found[0].getProcessedProperties(reader);
      if (properties == null) {
        return null;
      }
      var stored = new HashMap<String, Object>();
      for (String key : Collections.list(properties.keys())) {
        stored.put(key, properties.get(key));
      }
      return stored;
    } catch (IOException | InvalidSyntaxException | IllegalStateException e) {
      return null; // it is being deleted, or Configuration Admin is going
    } finally {
      boolean unused = context.ungetService(reference);
    }
  }

  private static boolean same(Map<String, Object> stored, Map<String, Object> given) {
    var keys = new HashSet<>(given.keySet());
    keys.addAll(stored.keySet());
    keys.removeIf(ConfigurationWatch::isOfScr);
    return keys.stream().allMatch(key -> sameValue(stored.get(key), given.get(key)));
  }

  private static boolean isOfScr(String key) {
    return OF_SCR.stream().anyMatch(key::startsWith);
  }

  private static boolean sameValue(@Nullable Object one, @Nullable Object other) {
    return Objects.deepEquals(one, other)
        || (one instanceof Object[] array && Arrays.asList(array).equals(other));
  }
}
