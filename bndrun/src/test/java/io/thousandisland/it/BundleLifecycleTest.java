// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.it.handlers.TroublesomeHandler;
import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/**
 * W3, W8, V16: the effect of a bundle's start, stop and update on its connections, and how long
 * each takes.
 */
@Timeout(300)
class BundleLifecycleTest {

  @InjectBundleContext BundleContext context;

  private final List<Bundle> installed = new ArrayList<>();

  @AfterEach
  void uninstall() throws Exception {
    System.clearProperty("it.release");
    for (Bundle bundle : installed) {
      bundle.uninstall();
    }
  }

  private static Map<String, Object> settings(String handler, Object... more) {
    var settings = new HashMap<String, Object>();
    settings.put("handler.target", "(handler.name=" + handler + ")");
    settings.put("acceptors", 2);
    settings.put("drainTimeout", "10s");
    settings.put("shutdownTimeout", "5s");
    settings.put("handlerWait", "infinite");
    for (int i = 0; i < more.length; i += 2) {
      settings.put((String) more[i], more[i + 1]);
    }
    return settings;
  }

  private static HandlerBundle handler(String name, String tag, Class<?> code) {
    return new HandlerBundle(name + ".handler", name, tag, 0, code);
  }

  private Bundle start(HandlerBundle handler) throws Exception {
    Bundle bundle = context.installBundle("test:" + handler.symbolicName(), handler.stream());
    installed.add(bundle);
    bundle.start();
    return bundle;
  }

  private interface Step {
    void run() throws Exception;
  }

  private static CompletableFuture<Duration> timed(Step step) {
    var took = new CompletableFuture<Duration>();
    Thread.ofPlatform()
        .start(
            () -> {
              long began = System.nanoTime();
              try {
                step.run();
                took.complete(Duration.ofNanos(System.nanoTime() - began));
              } catch (Throwable wrong) {
                took.completeExceptionally(wrong);
              }
            });
    return took;
  }

  private static Duration of(CompletableFuture<Duration> step) throws Exception {
    return step.get(40, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource({
    "migrate, 1s, 1s, 2000",
    "drain, 1s, 1s, 2000",
    "drain, 0s, 0s, 0",
    "migrate, 0s, 0s, 0",
    "drain, 0s, 1s, 1000"
  })
  void v16StopReturnsByTheDeadlineThoughACallbackNeverReturns(
      String leaves, String drain, String shutdown, long deadline) throws Exception {
    Bundle handler = start(handler("stuck", "vStuck", TroublesomeHandler.class));
    var loaders = new Loaders();
    loaders.watch("vStuck", handler);
    Map<String, Object> settings =
        settings(
            "stuck",
            "whenHandlerLeaves",
            leaves,
            "drainTimeout",
            drain,
            "shutdownTimeout",
            shutdown);
    try (var server = new ConfiguredServer(context, "stuck", settings);
        var client = new LineClient(server.port())) {
      assertThat(client.ask("x")).isEqualTo("1 vStuck x");

      Duration took = of(timed(handler::stop));

      assertThat(took.toMillis()).isBetween(deadline, deadline + 10_000); // the callback hangs
      assertThat(server.server().connections()).isEmpty();
      assertThat(server.server().info().generations()).isEmpty();
      handler.update(handler("stuck", "vNext", CountingHandler.class).stream());
      handler.start();
      try (var next = new LineClient(server.port())) { // although the old callback still runs
        assertThat(next.ask("y")).isEqualTo("1 vNext y");
      }
      System.setProperty("it.release", "now");
      Loaders.refresh(context, List.of(handler));
      assertThat(loaders.left()).isEmpty();
    }
  }

  @Test
  void v16StopWaitsForTheLastConnectionAndNoLonger() throws Exception {
    Bundle handler = start(handler("patient", "v1", CountingHandler.class));
    Map<String, Object> settings =
        settings("patient", "whenHandlerLeaves", "drain", "drainTimeout", "40s");
    try (var server = new ConfiguredServer(context, "patient", settings);
        var client = new LineClient(server.port())) {
      assertThat(client.ask("x")).isEqualTo("1 v1 x");
      CompletableFuture<Duration> stop = timed(handler::stop);
      assertThat(client.line()).isEqualTo("bye 1");
      assertThat(stop.isDone()).isFalse();
      assertThat(server.server().drains()).hasSize(1);

      client.close();

      assertThat(of(stop)).isLessThan(Duration.ofSeconds(20));
      assertThat(server.server().info().generations()).isEmpty();
    }
  }

  @Test
  void w8HandlerThatIsSlowToStartKeepsClientsWaitingAndRefusesNone() throws Exception {
    Bundle handler = start(handler("slow", "v1", TroublesomeHandler.class));
    try (var server = new ConfiguredServer(context, "slow", settings("slow"));
        var old = new LineClient(server.port())) {
      int port = server.port();
      assertThat(old.ask("a")).isEqualTo("1 v1 a");
      byte[] slow = handler("slow", "vSlow", TroublesomeHandler.class).bytes();

      CompletableFuture<Duration> update =
          timed(() -> handler.update(new java.io.ByteArrayInputStream(slow)));
      server.await(Status.WAITING);
      Awaitility.await().until(() -> server.server().info().generations(), List::isEmpty);
      try (var early = new LineClient(port)) {
        early.send("b\n");
        old.send("c\n");
        assertThat(early.line()).isEqualTo("1 vSlow b");
        assertThat(old.line()).isEqualTo("2 vSlow c");
      }
      assertThat(of(update)).isLessThan(Duration.ofSeconds(20));
      server.await(Status.RUNNING);
    }
  }

  @Test
  void w8HandlerThatCannotStartLeavesTheServerWaitingUntilTheNextVersion() throws Exception {
    Bundle handler = start(handler("broken", "v1", TroublesomeHandler.class));
    try (var server = new ConfiguredServer(context, "broken", settings("broken"));
        var old = new LineClient(server.port())) {
      int port = server.port();
      assertThat(old.ask("a")).isEqualTo("1 v1 a");

      handler.update(handler("broken", "vBroken", TroublesomeHandler.class).stream());

      server.await(Status.WAITING);
      server.awaitReason(
          "handler broken 1.0.0 of bundle broken.handler cannot be obtained:"
              + " java.lang.IllegalStateException: broken on purpose");
      try (var early = new LineClient(port)) {
        early.send("b\n");
        old.send("c\n");
        handler.update(handler("broken", "v3", TroublesomeHandler.class).stream());
        assertThat(early.line()).isEqualTo("1 v3 b");
        assertThat(old.line()).isEqualTo("2 v3 c");
      }
      server.await(Status.RUNNING);
    }
  }

  @Test
  void w8HandlersOfTwoServersAreUpdatedAtOnceWithTheirConfigurations() throws Exception {
    Bundle one = start(handler("left", "v0", CountingHandler.class));
    Bundle two = start(handler("right", "v0", CountingHandler.class));
    try (var left = new ConfiguredServer(context, "left", settings("left"));
        var right = new ConfiguredServer(context, "right", settings("right"));
        var atLeft = new LineClient(left.port())) {
      for (int i = 1; i <= 20; i++) {
        int round = i;
        String tag = "v" + i;
        var steps =
            List.of(
                timed(() -> one.update(handler("left", tag, CountingHandler.class).stream())),
                timed(() -> two.update(handler("right", tag, CountingHandler.class).stream())),
                timed(() -> left.configure(settings("left", "maxConnections", 100 + round))),
                timed(() -> right.configure(settings("right", "acceptors", 2 + round % 2))));
        for (var step : steps) {
          assertThat(of(step)).isLessThan(Duration.ofSeconds(20));
        }
        assertThat(atLeft.ask("x")).isEqualTo(i + " " + tag + " x");
        // an acceptor that is about to be removed would drain the new connection
        Awaitility.await().until(() -> right.server().info().acceptors(), n -> n == 2 + round % 2);
        Awaitility.await().until(right.server()::drains, List::isEmpty);
        assertServes(right.port(), tag);
      }
      Awaitility.await().until(() -> left.server().info().maxConnections(), max -> max == 120);
    }
  }

  private static void assertServes(int port, String tag) throws Exception {
    try (var client = new LineClient(port)) {
      assertThat(client.ask("new")).isEqualTo("1 " + tag + " new");
    }
  }

  @Test
  void w8HandlerConfigurationAndTransportAreChangedAtOnce() throws Exception {
    Bundle transport = Bundles.named(context, "io.thousandisland.transport.tcp");
    Bundle handler = start(handler("storm", "v0", CountingHandler.class));
    try (var server = new ConfiguredServer(context, "storm", settings("storm"))) {
      int port = server.port();
      for (int i = 1; i <= 5; i++) {
        String tag = "v" + i;
        int round = i;
        try (var client = new LineClient(port)) {
          assertThat(client.ask("a")).matches("1 v\\d a");
          CompletableFuture<Duration> peer = timed(() -> untilTheEnd(client));
          var steps =
              List.of(
                  peer,
                  timed(transport::update),
                  timed(
                      () -> handler.update(handler("storm", tag, CountingHandler.class).stream())),
                  timed(() -> server.configure(settings("storm", "maxConnections", 50 + round))));
          for (var step : steps) {
            assertThat(of(step)).isLessThan(Duration.ofSeconds(20));
          }
        }
        assertThat(server.await(Status.RUNNING).getProperty(Server.PORT)).isEqualTo(port);
        assertServes(port, tag);
      }
    } finally {
      transport.start();
    }
  }

  /** Reads to the end of the stream, as a peer does after a goodbye, and closes. */
  private static void untilTheEnd(LineClient client) throws Exception {
    try (client) {
      for (String line = client.line(); !line.isEmpty(); line = client.line()) {
        assertThat(line).startsWith("bye ");
      }
    } catch (java.net.SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }
}
