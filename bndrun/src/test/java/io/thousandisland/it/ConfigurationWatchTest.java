// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationPlugin;
import org.osgi.test.common.annotation.InjectBundleContext;

/** S6: the values that SCR gave a server are compared with the values in Configuration Admin. */
@Timeout(120)
class ConfigurationWatchTest {

  @InjectBundleContext BundleContext context;

  /**
   * Hides the newest value from its readers, as a race in SCR does once in some hundred updates.
   */
  private static final class Veil implements ConfigurationPlugin {
    volatile boolean drawn = true;

    @Override
    public void modifyConfiguration(
        ServiceReference<?> reference, Dictionary<String, Object> properties) {
      if (drawn && "veiled".equals(properties.get("name"))) {
        properties.put("maxConnections", 11);
      }
    }
  }

  @Test
  void c3ConfigurationThatScrHasLostIsTakenFromConfigurationAdmin() throws Exception {
    var veil = new Veil();
    var properties = new Hashtable<String, Object>();
    properties.put(ConfigurationPlugin.CM_RANKING, 500);
    ServiceRegistration<ConfigurationPlugin> plugin =
        context.registerService(ConfigurationPlugin.class, veil, properties);
    Map<String, Object> settings =
        Map.of(
            "handler.target", "(handler.name=echo)",
            "maxConnections", 12,
            "drainTimeout", "5s",
            "shutdownTimeout", "5s");
    try (var server = new ConfiguredServer(context, "veiled", settings)) {
      Awaitility.await().until(() -> server.server().info().maxConnections(), max -> max == 11);

      veil.drawn = false; // no event announces this

      Awaitility.await().until(() -> server.server().info().maxConnections(), max -> max == 12);
    } finally {
      plugin.unregister();
    }
  }

  /** If the two looks at the configuration found different values, it would be refused twice. */
  @Test
  void c3SecondLookFindsWhatScrHasBrought() throws Exception {
    Map<String, Object> settings =
        Map.of("handler.target", "(handler.name=echo)", ".note", "of a tool");
    var wrong = new HashMap<>(settings);
    wrong.put("port", "high");
    try (var events = new Events(context, "noted");
        var server = new ConfiguredServer(context, "noted", settings)) {
      server.await(Status.RUNNING);
      server.configure(wrong);
      events.await(TelemetryEvent.ConfigurationRefused.class);
      Awaitility.await()
          .during(Duration.ofSeconds(1)) // the second look comes after half of this time
          .until(() -> events.of(TelemetryEvent.ConfigurationRefused.class).size() == 1);
    }
  }
}
