// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.test.common.annotation.InjectBundleContext;

/** C6: a secret in a configuration appears nowhere; the name of its key does. */
class SecretsTest {

  private static final String SECRET = "s3cret";

  @InjectBundleContext BundleContext context;

  private static Map<String, Object> settings() {
    var settings = new HashMap<String, Object>();
    settings.put("handler.target", "(handler.name=echo)");
    settings.put("drainTimeout", "5s");
    settings.put("shutdownTimeout", "5s");
    settings.put(".token", SECRET);
    settings.put("option.password", SECRET);
    return settings;
  }

  private static Map<String, Object> withUnknownKey() {
    var settings = settings();
    settings.put("keyPassword", SECRET);
    return settings;
  }

  @Test
  void c6ValueOfAnUnknownKeyAppearsNowhereThoughTheKeyDoes() throws Exception {
    try (var log = new LogLines();
        var events = new Events(context, "secretive");
        var shell = new Shell(context);
        var server = new ConfiguredServer(context, "secretive", withUnknownKey())) {
      ServiceReference<Server> reference = server.await(Status.FAILED);

      assertThat(events.await(TelemetryEvent.ConfigurationRefused.class).reason())
          .contains("keyPassword");
      log.await(line -> line.contains("configuration refused") && line.contains("keyPassword"));
      assertThat(shell.run("ti:servers")).contains("unknown key keyPassword");
      assertNowhere(log, events, shell, reference);
    }
  }

  @Test
  void c6PrivatePropertyAndOptionAppearNowhereInALifeAndARefusedChange() throws Exception {
    try (var log = new LogLines();
        var events = new Events(context, "discreet");
        var shell = new Shell(context);
        var server = new ConfiguredServer(context, "discreet", settings())) {
      try (var client = server.connect()) {
        client.send("x");
        assertThat(client.reply(1)).isEqualTo("x");
        server.configure(withUnknownKey());
        assertThat(events.await(TelemetryEvent.ConfigurationRefused.class).reason())
            .contains("keyPassword");
      }
      events.await(TelemetryEvent.ConnectionStopped.class);
      log.await(line -> line.contains("discreet: connection 1 from"));
      assertNowhere(log, events, shell, server.await(Status.RUNNING));
    }
  }

  private static void assertNowhere(
      LogLines log, Events events, Shell shell, ServiceReference<Server> reference)
      throws Exception {
    assertThat(log.lines()).isNotEmpty().noneMatch(line -> line.contains(SECRET));
    assertThat(events.heard()).isNotEmpty().noneMatch(e -> e.toString().contains(SECRET));
    for (String key : reference.getPropertyKeys()) {
      assertThat(key).isNotEqualTo(".token");
      assertThat(reference.getProperty(key)).asString().doesNotContain(SECRET);
    }
    assertThat(shell.run("ti:servers")).doesNotContain(SECRET);
    String name = String.valueOf(reference.getProperty(Server.NAME));
    assertThat(shell.run("ti:server " + name) + shell.printed()).doesNotContain(SECRET);
  }
}
