// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.AskedHandler;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** H16, H18: handlers see the options of their server, and name their connections. */
@Timeout(120)
class SocketFactsTest {

  @InjectBundleContext BundleContext context;

  private Bundle handler;

  @BeforeEach
  void install() throws Exception {
    var made = new HandlerBundle("asked.handler", "asked", "v1", 0, AskedHandler.class);
    handler = context.installBundle("test:asked", made.stream());
    handler.start();
  }

  @AfterEach
  void uninstall() throws Exception {
    handler.uninstall();
  }

  private static Map<String, Object> with(Map<String, Object> options) {
    var settings = new HashMap<String, Object>(options);
    settings.put("handler.target", "(handler.name=asked)");
    settings.put("drainTimeout", "5s");
    settings.put("shutdownTimeout", "5s");
    return settings;
  }

  @Test
  void h18OneHandlerSeesTheOptionsOfEachOfItsServers() throws Exception {
    try (var english = new ConfiguredServer(context, "en", with(Map.of("option.hi", "Hello")));
        var german = new ConfiguredServer(context, "de", with(Map.of("option.hi", "Hallo")));
        var inEnglish = new LineClient(english.port());
        var inGerman = new LineClient(german.port())) {
      assertThat(inEnglish.ask("option hi")).isEqualTo("en Hello");
      assertThat(inGerman.ask("option hi")).isEqualTo("de Hallo");
      assertThat(inGerman.ask("option ho")).isEqualTo("de none");
    }
  }

  /** Configuration Admin gives typed values, as a {@code .config} or {@code .json} file does. */
  @Test
  void h18ChangedOptionReachesALivingConnectionWhateverItsType() throws Exception {
    try (var events = new Events(context, "typed");
        var server = new ConfiguredServer(context, "typed", with(Map.of("option.x", "text")));
        var client = new LineClient(server.port())) {
      assertThat(client.ask("option x")).isEqualTo("typed text");
      server.configure(with(Map.of("option.x", 7L)));
      awaitOption(client, "typed 7");
      server.configure(with(Map.of("option.x", new String[] {"a", "b"})));
      awaitOption(client, "typed a,b");
      server.configure(with(Map.of("option.x", true, "warp", 9))); // refused as a whole
      assertThat(events.await(TelemetryEvent.ConfigurationRefused.class).reason())
          .contains("unknown key warp");
      assertThat(client.ask("option x")).isEqualTo("typed a,b");
      server.configure(with(Map.of()));
      awaitOption(client, "typed none");
      assertThat(server.server().info().accepted()).isEqualTo(1);
    }
  }

  private static void awaitOption(LineClient client, String answer) {
    Awaitility.await(answer).until(() -> client.ask("option x"), answer::equals);
  }

  @Test
  void h16LabelIsInTheNameOfTheThreadInTheLogAndInTheList() throws Exception {
    try (var log = new LogLines();
        var events = new Events(context, "named");
        var shell = new Shell(context);
        var server = new ConfiguredServer(context, "named", with(Map.of()))) {
      try (var client = new LineClient(server.port())) {
        assertThat(client.ask("label ann\tlee")).isEqualTo("named connection 1 ann?lee");
        assertThat(shell.run("ti:connections named")).contains("ann?lee");
      }
      var stopped = events.await(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.span().label()).isEqualTo("ann?lee");
      log.await(line -> line.contains("named: connection 1 (ann?lee) from"));
    }
  }
}
