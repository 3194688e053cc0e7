// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drain.Phase;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** Drains that take their time, of two servers whose peers do not leave. */
@Timeout(120)
class ShellDrainsTest {

  @InjectBundleContext BundleContext context;

  private Shell shell;
  private Bundle handler;
  private ConfiguredServer one;
  private ConfiguredServer two;

  @BeforeEach
  void serve() throws Exception {
    shell = new Shell(context);
    var made = new HandlerBundle("slow.handler", "slow", "v1", 0, CountingHandler.class);
    handler = context.installBundle("test:slow", made.stream());
    handler.start();
    Map<String, Object> settings =
        Map.of(
            "handler.target", "(handler.name=slow)",
            "drainTimeout", "30s",
            "shutdownTimeout", "5s");
    one = new ConfiguredServer(context, "one", settings);
    two = new ConfiguredServer(context, "two", settings);
  }

  @AfterEach
  void end() throws Exception {
    for (var server : new ConfiguredServer[] {one, two}) {
      for (Drain drain : server.server().drains()) {
        drain.cutShort();
      }
      server.close();
    }
    handler.uninstall();
    shell.close();
  }

  /** A peer that is served, and does not leave when it gets a goodbye. */
  private static LineClient staying(ConfiguredServer server) throws Exception {
    var client = new LineClient(server.port());
    assertThat(client.ask("a")).isEqualTo("1 v1 a");
    return client;
  }

  @Test
  void cutEndsThePhaseOfTheServerNamedAndOfNoOther() throws Exception {
    try (var stays = staying(one);
        var staysToo = staying(two)) {
      Drain drainOfOne = one.server().drain();
      Drain drainOfTwo = two.server().drain();

      shell.run("ti:cut one");

      assertThat(shell.printed()).startsWith("cutting short 1 drain of server one: 1 connection");
      Drained drained = drainOfOne.result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful() + drained.forced()).isEqualTo(1);
      assertThat(drainOfTwo.progress().phase()).isEqualTo(Phase.ADVICE);
      assertThat(drainOfTwo.result()).isNotDone();
    }
  }

  @Test
  void cutOfAServerThatDoesNotDrainSaysSo() throws Exception {
    one.port();
    assertThat(shell.run("ti:cut one")).isEqualTo("no drain of server one is under way");
  }

  @Test
  void drainOfAllServersDrainsThemAtTheSameTime() throws Exception {
    try (var stays = staying(one);
        var staysToo = staying(two)) {
      var report =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return shell.run("ti:drain --all");
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });

      one.await(Status.DRAINING);
      two.await(Status.DRAINING);
      awaitAdvice(one);
      awaitAdvice(two);
      assertThat(report).isNotDone();
      assertThat(shell.printed().lines())
          .contains("draining server one: 1 connection", "draining server two: 1 connection");

      drain(one).cutShort();
      drain(two).cutShort();
      assertThat(report.get(20, TimeUnit.SECONDS).lines())
          .anyMatch(line -> line.startsWith("one: "))
          .anyMatch(line -> line.startsWith("two: "));
    }
  }

  /**
   * Waits for the advice: the status says that the server drains a moment before its drain begins.
   */
  private static void awaitAdvice(ConfiguredServer server) {
    Awaitility.await()
        .until(
            () -> server.server().drains(),
            all -> all.stream().anyMatch(drain -> drain.progress().phase() == Phase.ADVICE));
  }

  private static Drain drain(ConfiguredServer server) throws Exception {
    return server.server().drains().getFirst();
  }
}
