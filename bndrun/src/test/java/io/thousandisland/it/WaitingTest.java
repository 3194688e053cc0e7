// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** C1: a waiting server names the thing that it waits for, in its status and in the log. */
class WaitingTest {

  @InjectBundleContext BundleContext context;

  private static Map<String, Object> targets(String handler, String transport) {
    return Map.of(
        "handler.target",
        handler,
        "transport.target",
        transport,
        "drainTimeout",
        "5s",
        "shutdownTimeout",
        "5s");
  }

  @Test
  void c1StatusNamesTheTargetThatFindsNoHandlerAndFollowsItsChange() throws Exception {
    var settings = targets("(handler.name=nobody)", "(transport.name=tcp)");
    try (var server = new ConfiguredServer(context, "forlorn", settings)) {
      server.await(Status.WAITING);
      server.awaitReason("no handler matches (handler.name=nobody)");

      server.configure(targets("(handler.name=noone)", "(transport.name=tcp)"));
      server.awaitReason("no handler matches (handler.name=noone)");
    }
  }

  @Test
  void c1StatusNamesTheTargetThatFindsNoTransport() throws Exception {
    var settings = targets("(handler.name=echo)", "(transport.name=pigeon)");
    try (var server = new ConfiguredServer(context, "grounded", settings)) {
      server.await(Status.WAITING);
      server.awaitReason("no transport matches (transport.name=pigeon)");
    }
  }

  @Test
  void c1LogNamesTheTargetOfAHandlerThatHasLeft() throws Exception {
    var settings = targets("(handler.name=leaving)", "(transport.name=tcp)");
    try (var log = new LogLines();
        var server = new ConfiguredServer(context, "left", settings)) {
      var handler =
          context.installBundle(
              "test:leaving", new HandlerBundle("leaving.handler", "leaving", "v1").stream());
      handler.start();
      server.await(Status.RUNNING);
      handler.uninstall();
      server.await(Status.WAITING);
      log.await(l -> l.equals("INFO left: WAITING: no handler matches (handler.name=leaving)"));
      assertThat(server.server().status()).isEqualTo(Status.WAITING);
    }
  }

  @Test
  void c1LogNamesTheTargetOfAServerThatNeverHadAHandler() throws Exception {
    var settings = targets("(handler.name=never)", "(transport.name=tcp)");
    try (var log = new LogLines();
        var server = new ConfiguredServer(context, "fresh", settings)) {
      log.await(l -> l.equals("INFO fresh: WAITING: no handler matches (handler.name=never)"));
    }
  }

  @Test
  void updateThatIsOverInTimeLogsNoWarning() throws Exception {
    var settings = targets("(handler.name=updated)", "(transport.name=tcp)");
    try (var log = new LogLines();
        var server = new ConfiguredServer(context, "calm", settings)) {
      for (String version : List.of("v1", "v2")) {
        var made = new HandlerBundle("updated.handler", "updated", version);
        var handler = context.installBundle("test:updated", made.stream());
        handler.start();
        server.await(Status.RUNNING);
        handler.uninstall();
        server.await(Status.WAITING);
        log.await(l -> l.equals("INFO calm: WAITING: no handler matches (handler.name=updated)"));
      }
      assertThat(log.lines())
          .contains("INFO calm: RUNNING, no longer WAITING")
          .noneMatch(line -> line.matches("(WARN|ERROR) calm: .*"));
    }
  }

  @Test
  void waitInVainIsAWarning() throws Exception {
    var settings = new HashMap<>(targets("(handler.name=late)", "(transport.name=tcp)"));
    settings.put("handlerWait", "200ms");
    try (var log = new LogLines();
        var server = new ConfiguredServer(context, "vain", settings)) {
      log.await(
          l ->
              l.equals(
                  "WARN vain: handlerWait is over (200ms): no handler matches"
                      + " (handler.name=late); the port is closed"));
      server.await(Status.WAITING);
    }
  }

  @Test
  void c1LogNamesTheTargetWhenBothAreMissingAndTheTransportComesFirst() throws Exception {
    var settings = targets("(handler.name=never)", "(transport.name=late)");
    try (var log = new LogLines();
        var server = new ConfiguredServer(context, "both", settings)) {
      log.await(l -> l.equals("INFO both: WAITING: no transport matches (transport.name=late)"));

      server.configure(targets("(handler.name=never)", "(transport.name=tcp)"));

      log.await(l -> l.equals("INFO both: WAITING: no handler matches (handler.name=never)"));
    }
  }
}
