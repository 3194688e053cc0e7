// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Drain;
import io.thousandisland.server.Status;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** The checks of real servers, asked by the executor of Felix Health Checks, over HTTP. */
@Timeout(300)
class HealthChecksTest {

  @InjectBundleContext BundleContext context;
  @InjectService ConfigurationAdmin configurations;

  private static Map<String, Object> settings(String target) {
    return Map.of("handler.target", target, "drainTimeout", "5s", "shutdownTimeout", "5s");
  }

  private static void check(HttpResponse<String> response, int code, String text) {
    assertThat(response.body()).contains(text);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
  }

  @Test
  void probesSeeTheLifeOfAServer() throws Exception {
    try (var health = new HttpHealth(context, configurations)) {
      check(health.get("/health.txt?tags=readiness"), 503, "TEMPORARILY_UNAVAILABLE");
      check(health.get("/health.txt?tags=liveness"), 200, "OK");

      try (var server = new ConfiguredServer(context, "healthy", settings("(handler.name=echo)"))) {
        server.await(Status.RUNNING);
        check(health.get("/health.txt?tags=readiness"), 200, "OK");

        Drain drain = server.server().drain(Duration.ofHours(1));
        check(health.get("/health.txt?tags=readiness"), 503, "TEMPORARILY_UNAVAILABLE");
        check(health.get("/health.json?tags=readiness"), 503, "server healthy is DRAINING");
        check(health.get("/health.txt?tags=liveness"), 200, "OK");
        drain.cutShort();
        var unused = drain.result().get();
        server.server().resume();
        server.await(Status.RUNNING);
        check(health.get("/health.txt?tags=readiness"), 200, "OK");

        server.configure(settings("(handler.name=nobody)")); // the old handler serves on
        server.awaitReason("no handler matches (handler.name=nobody)");
        check(
            health.get("/health.json?tags=readiness"),
            200,
            "server healthy is RUNNING: no handler matches (handler.name=nobody)");
        check(health.get("/health.txt?tags=readiness"), 200, "WARN");
        check(health.get("/health.txt?tags=liveness"), 200, "OK");
      }
    }
  }

  @Test
  void oneServerThatIsNotReadyMakesTheProcessNotReadyUnlessOnlyOthersAreLookedAt()
      throws Exception {
    Configuration readiness =
        configurations.getConfiguration("io.thousandisland.health.readiness", "?");
    try (var health = new HttpHealth(context, configurations);
        var good = new ConfiguredServer(context, "good", settings("(handler.name=echo)"));
        var bad = new ConfiguredServer(context, "bad", settings("(handler.name=nobody)"))) {
      good.await(Status.RUNNING);
      bad.await(Status.WAITING);
      check(health.get("/health.txt?tags=readiness"), 503, "TEMPORARILY_UNAVAILABLE");

      readiness.update(new Hashtable<>(Map.of("servers.target", "(server.name=good)")));
      Awaitility.await().until(() -> health.get("/health.txt?tags=readiness").statusCode() == 200);

      readiness.update(
          new Hashtable<>(Map.of("servers.target", "(server.name=good)", "expect", "good, ugly")));
      Awaitility.await().until(() -> health.get("/health.txt?tags=readiness").statusCode() == 503);
      check(
          health.get("/health.json?tags=readiness"),
          503,
          "server ugly, which is expected, is not there");

      readiness.update(new Hashtable<>(Map.of("none", "MAYBE")));
      Awaitility.await()
          .until(
              () -> health.get("/health.json?tags=readiness").body(),
              body -> body.contains("none is 'MAYBE'; allowed are OK, WARN,"));

      readiness.update(
          new Hashtable<>(Map.of("servers.target", "(server.name=good)", "non", "OK")));
      Awaitility.await()
          .until(
              () -> health.get("/health.json?tags=readiness").body(),
              body -> body.contains("unknown key non; allowed are expect, none,"));
      check(health.get("/health.txt?tags=readiness"), 503, "CRITICAL");
      readiness.update(
          new Hashtable<>(Map.of("hc.tags", "readiness", "servers.target", "(server.name=good)")));
      Awaitility.await().until(() -> health.get("/health.txt?tags=readiness").statusCode() == 200);
    } finally {
      readiness.delete();
    }
  }
}
