// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.it.handlers.AwkwardHandler;
import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.it.handlers.Ledger1Handler;
import io.thousandisland.it.handlers.Ledger2Handler;
import io.thousandisland.it.handlers.OwningHandler;
import io.thousandisland.it.handlers.RestlessHandler;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;

/**
 * W5: live connections go from one version of a handler to the next, or the reason why not is
 * reported.
 */
@Timeout(300)
class MigrationTest {

  @InjectBundleContext BundleContext context;

  private static Map<String, Object> settings(String handler) {
    return Map.of(
        "handler.target", "(handler.name=" + handler + ")",
        "acceptors", 2,
        "drainTimeout", "10s",
        "shutdownTimeout", "5s",
        "handlerWait", "20s");
  }

  private Bundle start(HandlerBundle handler) throws Exception {
    Bundle bundle = context.installBundle("test:" + handler.symbolicName(), handler.stream());
    bundle.start();
    return bundle;
  }

  private static HandlerBundle moved(String tag, Class<?> code) {
    return new HandlerBundle("moved.handler", "moved", tag, 0, code);
  }

  @Test
  void w5HalfAMessageIsKeptInOrderAcrossUpgradesAndDowngrades() throws Exception {
    Bundle handler = start(moved("v0", Ledger1Handler.class));
    try (var server = new ConfiguredServer(context, "moved", settings("moved"));
        var client = new LineClient(server.port())) {
      assertThat(client.ask("whole")).isEqualTo("1 v0 whole");
      for (int i = 1; i <= 6; i++) {
        client.send("half-");
        Class<?> code = i % 2 == 0 ? Ledger1Handler.class : Ledger2Handler.class;
        handler.update(moved("v" + i, code).stream());
        client.send("and-half\nnext");
        assertThat(client.line()).isEqualTo(2 * i + " v" + i + " half-and-half");
        assertThat(client.ask("")).isEqualTo((2 * i + 1) + " v" + i + " next");
      }
      assertThat(server.server().info().connections()).isEqualTo(1);
      assertThat(server.server().info().accepted()).isEqualTo(1);
    } finally {
      handler.uninstall();
    }
  }

  /** A drain timeout of 0 s leaves no time for advice, but a migration is no ending. */
  @Test
  void w5ConnectionsMigrateThoughTheDrainTimeoutIsNothing() throws Exception {
    Bundle handler = start(moved("v0", CountingHandler.class));
    var settings = new HashMap<>(settings("moved"));
    settings.put("drainTimeout", "0s");
    try (var server = new ConfiguredServer(context, "hasty", settings);
        var client = new LineClient(server.port())) {
      for (int i = 1; i <= 10; i++) {
        assertThat(client.ask("x")).isEqualTo(i + " v" + (i - 1) + " x");
        handler.update(moved("v" + i, CountingHandler.class).stream());
      }
    } finally {
      handler.uninstall();
    }
  }

  /**
   * The changed configuration makes a new component; its bundle, and so the state's class, stays.
   */
  @Test
  void u4StateOfTheHandlersOwnTypeOutlivesAChangeOfTheHandlersConfiguration() throws Exception {
    Bundle handler =
        start(new HandlerBundle("owning.handler", "owning", "v0", 0, OwningHandler.class));
    ConfigurationAdmin admin =
        context.getService(context.getServiceReference(ConfigurationAdmin.class));
    Configuration configuration = admin.getConfiguration("owning.handler", "?");
    try (var server = new ConfiguredServer(context, "owning", settings("owning"));
        var client = new LineClient(server.port())) {
      for (int i = 1; i <= 5; i++) {
        assertThat(client.ask("x")).isEqualTo(i + " v" + (i - 1) + " x");
        configuration.update(new Hashtable<>(Map.of("tag", "v" + i)));
        String now = "v" + i;
        Awaitility.await().until(() -> tags("owning"), List.of(now)::equals);
      }
      assertThat(client.ask("y")).isEqualTo("6 v5 y");
      assertThat(server.server().info().accepted()).isEqualTo(1);
    } finally {
      configuration.delete();
      handler.uninstall();
    }
  }

  private List<Object> tags(String handler) throws Exception {
    return context.getServiceReferences(Handler.class, "(handler.name=" + handler + ")").stream()
        .map(reference -> reference.getProperty("tag"))
        .toList();
  }

  /**
   * The restart would wait for its own callback. So it does not wait for that connection, and the
   * others move.
   */
  @Test
  void u5HandlerThatRestartsItsOwnBundleInACallbackServesOn() throws Exception {
    Bundle handler =
        start(new HandlerBundle("restless.handler", "restless", "v0", 0, RestlessHandler.class));
    try (var server = new ConfiguredServer(context, "restless", settings("restless"));
        var other = new LineClient(server.port());
        var culprit = new LineClient(server.port())) {
      assertThat(other.ask("a")).isEqualTo("1 v0 a");
      assertThat(culprit.ask("b")).isEqualTo("1 v0 b");
      long start = System.nanoTime();
      culprit.send("restart\n");
      Awaitility.await()
          .until(
              () -> server.server().info().generations(), // there is no generation between the two
              all -> all.stream().anyMatch(generation -> generation.number() == 2));
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
      assertThat(other.ask("c")).isEqualTo("2 v0 c");
      try (var fresh = new LineClient(server.port())) {
        assertThat(fresh.ask("d")).isEqualTo("1 v0 d");
      }
      assertThat(handler.getState()).isEqualTo(Bundle.ACTIVE);
    } finally {
      handler.uninstall();
    }
  }

  @Test
  void w5ConnectionWithoutAHandlerForASecondKeepsWhatWasSentMeanwhile() throws Exception {
    Bundle handler = start(moved("v0", CountingHandler.class));
    try (var server = new ConfiguredServer(context, "absent", settings("moved"));
        var events = new Events(context, "absent");
        var client = new LineClient(server.port())) {
      assertThat(client.ask("a")).isEqualTo("1 v0 a");
      handler.stop();
      server.await(Status.WAITING);
      client.send("b\nc");
      TimeUnit.SECONDS.sleep(1); // the absence that is tested
      client.send("c\nd\n");
      assertThat(server.server().info().connections()).isEqualTo(1);

      handler.start();

      assertThat(List.of(client.line(), client.line(), client.line()))
          .containsExactly("2 v0 b", "3 v0 cc", "4 v0 d");
      var migrated = events.await(TelemetryEvent.ConnectionMigrated.class);
      assertThat(migrated.from()).isEqualTo(1);
      assertThat(migrated.to()).isEqualTo(2);
      assertThat(migrated.waited()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(15));
    } finally {
      handler.uninstall();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vDeclines, in the middle of a hand of cards",
    "vThrows, on purpose",
    "vOwn, AwkwardHandler$Own"
  })
  void w5HandlerThatWillNotGiveItsStateAwayIsDrainedAndTheEventSaysWhy(String tag, String why)
      throws Exception {
    Bundle handler = start(moved(tag, AwkwardHandler.class));
    var loaders = new Loaders();
    loaders.watch(tag, handler);
    try (var server = new ConfiguredServer(context, "awkward", settings("moved"));
        var client = new LineClient(server.port())) {
      try (var events =
          new Events(context, "awkward")) { // an event may refer to an exception's class
        assertThat(client.ask("a")).isEqualTo("1 " + tag + " a");
        var update =
            Thread.ofPlatform()
                .start(() -> updateTo(handler, moved("vNext", CountingHandler.class)));
        assertThat(client.line()).isEqualTo("bye 1");
        assertThat(client.line()).isEmpty();
        client.close();
        update.join(Duration.ofSeconds(20));
        assertThat(events.await(TelemetryEvent.MigrationDeclined.class))
            .satisfies(declined -> assertThat(declined.reason()).hasMessageContaining(why))
            .satisfies(declined -> assertThat(declined.generation()).isEqualTo(1));
        assertThat(events.of(TelemetryEvent.ConnectionMigrated.class)).isEmpty();
      }
      try (var next = new LineClient(server.port())) {
        assertThat(next.ask("b")).isEqualTo("1 vNext b");
        Loaders.refresh(context, List.of(handler));
        assertThat(loaders.left()).isEmpty();
        assertThat(next.ask("c")).isEqualTo("2 vNext c"); // the connection outlives the refresh
      }
    } finally {
      handler.uninstall();
    }
  }

  private static void updateTo(Bundle handler, HandlerBundle next) {
    try {
      handler.update(next.stream());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /**
   * The next handler's record wants a map and gets a Long: importState throws, and the handler
   * before has left.
   */
  @Test
  void w5HandlerThatCannotTakeTheStateUpEndsTheConnectionAndServesTheNext() throws Exception {
    Bundle handler = start(moved("v0", CountingHandler.class));
    try (var server = new ConfiguredServer(context, "choosy", settings("moved"));
        var events = new Events(context, "choosy");
        var client = new LineClient(server.port())) {
      assertThat(client.ask("a")).isEqualTo("1 v0 a");
      handler.update(moved("v1", Ledger1Handler.class).stream());
      assertThat(client.line()).isEmpty();
      assertThat(events.await(TelemetryEvent.MigrationDeclined.class).reason())
          .isInstanceOf(ClassCastException.class);
      try (var next = new LineClient(server.port())) {
        assertThat(next.ask("b")).isEqualTo("1 v1 b");
      }
      Awaitility.await().until(() -> server.server().info().connections(), n -> n <= 1);
    } finally {
      handler.uninstall();
    }
  }

  @Test
  void w4BetterHandlerThatLeavesGivesItsConnectionsToTheOneBeforeWhateverArrivingOnesGet()
      throws Exception {
    Bundle good = start(new HandlerBundle("ladder.good", "ladder", "v1", 1, CountingHandler.class));
    Bundle better =
        start(new HandlerBundle("ladder.better", "ladder", "v2", 2, CountingHandler.class));
    var settings = new HashMap<>(settings("ladder"));
    settings.put("whenBetterHandlerArrives", "drain");
    try (var server = new ConfiguredServer(context, "ladder", settings);
        var client = new LineClient(server.port())) {
      assertThat(client.ask("a")).isEqualTo("1 v2 a");
      better.stop();
      assertThat(client.ask("b")).isEqualTo("2 v1 b");
    } finally {
      good.uninstall();
      better.uninstall();
    }
  }
}
