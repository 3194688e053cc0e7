// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Drain;
import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.service.condition.Condition;
import org.osgi.test.common.annotation.InjectBundleContext;

/** S7: a service property and an OSGi condition say whether a server is ready. */
class ReadinessTest {

  @InjectBundleContext BundleContext context;

  private static Map<String, Object> settings(String target, String readyDelay) {
    return Map.of(
        "handler.target",
        target,
        "drainTimeout",
        "2s",
        "shutdownTimeout",
        "2s",
        "readyDelay",
        readyDelay);
  }

  private void awaitCondition(String name, boolean there) {
    String filter = "(&(osgi.condition.id=%s)(server.name=%s))".formatted(Server.CONDITION, name);
    Awaitility.await("condition is there: " + there)
        .until(() -> !context.getServiceReferences(Condition.class, filter).isEmpty() == there);
  }

  @Test
  void s7PropertyAndConditionFollowTheLifeOfTheServer() throws Exception {
    try (var server =
        new ConfiguredServer(context, "readable", settings("(handler.name=nobody)", "0s"))) {
      server.await("(&(server.status=WAITING)(server.ready=false))");
      awaitCondition("readable", false);

      server.configure(settings("(handler.name=echo)", "0s"));
      server.await("(&(server.status=RUNNING)(server.ready=true))");
      awaitCondition("readable", true);

      server.server().suspend();
      server.await("(&(server.status=SUSPENDED)(server.ready=false))");
      awaitCondition("readable", false);

      server.server().resume();
      server.await("(server.ready=true)");
      awaitCondition("readable", true);

      server.delete();
      awaitCondition("readable", false);
    }
  }

  private static String echo(Client client, String text) throws Exception {
    client.send(text);
    return client.reply(text.length());
  }

  @Test
  void s5LameDuckIsNotReadyThoughItsPortIsOpen() throws Exception {
    try (var server =
        new ConfiguredServer(context, "duck", settings("(handler.name=echo)", "1h"))) {
      int port = server.port();
      awaitCondition("duck", true);
      Drain drain = server.server().drain();
      server.await("(&(server.status=DRAINING)(server.ready=false)(server.port=" + port + "))");
      awaitCondition("duck", false);
      try (var client = new Client(port)) {
        assertThat(echo(client, "hello")).isEqualTo("hello");
        server.configure(settings("(handler.name=echo)", "0s")); // for drains that begin later
        assertThat(echo(client, "still")).isEqualTo("still");
        drain.cutShort();
        assertThat(drain.result().get(20, TimeUnit.SECONDS).forced()).isZero();
      }
      server.await(Status.SUSPENDED);
    }
  }
}
