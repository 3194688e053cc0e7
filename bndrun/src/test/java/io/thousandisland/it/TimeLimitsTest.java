// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** Rules P1 to P3: the limits of a connection's time apply as soon as they are configured. */
@Timeout(120)
class TimeLimitsTest {

  @InjectBundleContext BundleContext context;

  private Bundle handler;

  @BeforeEach
  void install() throws Exception {
    var made = new HandlerBundle("timed.handler", "timed", "v1", 0, CountingHandler.class);
    handler = context.installBundle("test:timed", made.stream());
    handler.start();
  }

  @AfterEach
  void uninstall() throws Exception {
    handler.uninstall();
  }

  private static Map<String, Object> with(Object... more) {
    return Settings.and(Settings.of("timed", "drainTimeout", "5s"), more);
  }

  private static List<Ending> endings(Events events) {
    return events.of(TelemetryEvent.ConnectionStopped.class).stream()
        .map(TelemetryEvent.ConnectionStopped::ending)
        .toList();
  }

  private static <E extends Ending> E await(Events events, Class<E> kind) {
    return Awaitility.await(kind.getSimpleName())
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> endings(events).stream().filter(kind::isInstance).map(kind::cast).findFirst(),
            found -> found.isPresent())
        .orElseThrow();
  }

  @Test
  void p1ConnectionsThatAreRenewedUnderLoadLoseNothing() throws Exception {
    try (var server = new ConfiguredServer(context, "aging", with());
        var load = new Load(server.port())) {
      server.configure(with("maxAge", "200ms", "maxAgeJitter", 50));
      load.goOn(Duration.ofSeconds(2));
      server.configure(with());
      load.awaitReplies(3);
      Figures figures = load.end(2);
      System.out.println("renewed connections: " + figures);
      assertThat(figures.lost() + figures.refused()).isZero();
      assertThat(figures.closed()).isGreaterThan(64); // each of the 32 talkers, again and again
    }
  }

  @Test
  void p2SilentClientEndsOnceItsTimeIsConfigured() throws Exception {
    try (var server = new ConfiguredServer(context, "silent", with());
        var events = new Events(context, "silent");
        var talker = new LineClient(server.port());
        var silent = new LineClient(server.port())) {
      assertThat(talker.ask("x")).isEqualTo("1 v1 x");
      server.configure(with("firstByteTimeout", "200ms"));
      assertThat(silent.line()).isEmpty();
      Ending.NoFirstByte unused = await(events, Ending.NoFirstByte.class);
      assertThat(talker.ask("y")).isEqualTo("2 v1 y");
    }
  }

  @Test
  void p3DrippingClientEndsOnceARateIsConfigured() throws Exception {
    try (var server = new ConfiguredServer(context, "dripping", with());
        var events = new Events(context, "dripping");
        var quiet = new LineClient(server.port());
        var client = new LineClient(server.port())) {
      assertThat(quiet.ask("x")).isEqualTo("1 v1 x");
      server.configure(with("minReceiveRate", 1000, "rateWindow", "500ms"));
      dripUntilItEnds(client);
      assertThat(await(events, Ending.TooSlow.class).receiving()).isTrue();
      assertThat(endings(events)).hasSize(1);
      assertThat(quiet.ask("y")).isEqualTo("2 v1 y");
    }
  }

  private static void dripUntilItEnds(LineClient client) throws InterruptedException {
    try {
      for (; ; ) {
        client.send("d"); // never a whole line
        Thread.sleep(20);
      }
    } catch (IOException ended) {
      // as it should
    }
  }

  @Test
  void p3ClientThatDoesNotReadEndsOnceARateIsConfigured() throws Exception {
    try (var server = new ConfiguredServer(context, "clogged", with());
        var events = new Events(context, "clogged");
        var client = new LineClient(server.port())) {
      server.configure(with("minSendRate", 1, "rateWindow", "500ms"));
      Thread flood =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      String lines = ("x".repeat(99) + "\n").repeat(1000);
                      for (; ; ) {
                        client.send(lines);
                      }
                    } catch (IOException ended) {
                      // as it should
                    }
                  });
      assertThat(await(events, Ending.TooSlow.class).receiving()).isFalse();
      flood.join(Duration.ofSeconds(20));
      assertThat(flood.isAlive()).isFalse();
    }
  }
}
