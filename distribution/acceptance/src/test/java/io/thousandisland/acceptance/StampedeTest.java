// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.peers.Act;
import io.thousandisland.acceptance.peers.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Row V18: clients connect, talk, reset, drip and half-close at random, while the configuration
 * changes, drains run, the server is suspended, and its handler is updated.
 *
 * <p>A client that the server refuses, ends or times out is no failure. A wrong byte, a reply that
 * does not come, an exception in the log, or a server that serves worse afterwards is one.
 *
 * <p>By default it takes 15 s with 200 clients, on Felix. The profile {@code stampede} makes it 10
 * minutes with 1,000 clients, on both frameworks. {@code -Dstampede.seconds=N} and {@code
 * -Dstampede.clients=N} say other figures, {@code -Dstampede.seed=N} repeats the order of the
 * random choices.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(3_600)
class StampedeTest {

  private static final int USUAL_SECONDS = 15;
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("stampede.seconds", USUAL_SECONDS));
  private static final int GUESTS = Integer.getInteger("stampede.clients", 200);
  private static final long SEED = Long.getLong("stampede.seed", System.nanoTime());

  /** The server's heap. A leak of a kilobyte for each connection would show. */
  private static final String HEAP = "-Xmx192m";

  /** The time for which guests wait for a place during the stampede. */
  private static final Duration IMPATIENT = Duration.ofSeconds(2);

  private static final Duration PATIENT = Duration.ofSeconds(30);

  // what may be more afterwards than before
  private static final long HEAP_BYTES = 4 << 20;
  private static final long CONNECTION_OBJECTS = 8;
  private static final long HANDLERS = 2;
  private static final long THREADS = 16;
  private static final long DESCRIPTORS = 8;

  /** A client that is let in has its reply after this time. */
  private static final long WOULD_HAVE_COME = TimeUnit.MILLISECONDS.toNanos(300);

  /** Warnings that limits cause. */
  private static final String EXPECTED =
      ".* WARN +\\S+: stampede: ([0-9]+ more within 5s, the last: )?"
          + "(limit of .* reached|a connection from .* was refused:).*";

  @TempDir Path home;

  static Stream<Framework> frameworks() {
    return Arrays.stream(Framework.values())
        .filter(framework -> framework == Framework.FELIX || TIME.toSeconds() > USUAL_SECONDS);
  }

  @ParameterizedTest
  @MethodSource("frameworks")
  void v18StampedeLeavesTheServerAsItWasAndLosesNoReplyOfALivingConnection(Framework framework)
      throws Exception {
    var settings = new RandomSettings(new Random(SEED), GUESTS);
    Launch launch = Launch.of(framework, home).with(HEAP);
    StampedeTroubles.deploy(launch, settings);
    try (var server = launch.start();
        var control = Control.of(server)) {
      var troubles = new StampedeTroubles(home, launch, server, settings, SEED);
      troubles.installHandler(control);
      int port = server.port("stampede");
      assertThat(settings.forgotten(Set.of(control.text("keys stampede").split(" "))))
          .as("keys that no stampede changes")
          .isEmpty();

      System.out.printf(
          "%s, %d s, %d clients, seed %d%n", framework, TIME.toSeconds(), GUESTS, SEED);
      stampede(port, TIME.dividedBy(5), troubles, control); // warm
      final Footprint before = settled(server, Long.MAX_VALUE, Long.MAX_VALUE);
      stampede(port, TIME, troubles, control);
      Footprint after =
          settled(server, before.threads() + THREADS, before.descriptors() + DESCRIPTORS);
      System.out.printf("%s: %s%n  before: %s%n  after:  %s%n", framework, troubles, before, after);

      servesAsManyAsItsLimitsSay(port, troubles, settings, control);
      assertThat(server.alive()).isTrue();
      SoftAssertions.assertSoftly(
          softly -> {
            softly
                .assertThat(after.heapBytes())
                .as("live heap")
                .isLessThan(before.heapBytes() + HEAP_BYTES);
            softly
                .assertThat(after.connections())
                .as("connection objects")
                .isLessThanOrEqualTo(CONNECTION_OBJECTS);
            softly.assertThat(after.handlers()).as("handlers").isLessThanOrEqualTo(HANDLERS);
            softly
                .assertThat(after.threads())
                .as("threads")
                .isLessThanOrEqualTo(before.threads() + THREADS);
            softly
                .assertThat(after.descriptors())
                .as("descriptors")
                .isLessThanOrEqualTo(before.descriptors() + DESCRIPTORS);
            softly.assertThat(trouble(server)).as("trouble in the log").isEmpty();
          });
      server.saidNoStackTrace();
    }
  }

  /** Guests come, live through the troubles, then through a calm time, and go. */
  private static void stampede(int port, Duration time, StampedeTroubles troubles, Control control)
      throws Exception {
    try (var guests = new StampedeProcess(port, SEED)) {
      guests.come(GUESTS);
      guests.beginPhase(IMPATIENT);
      troubles.cause(time);
      troubles.end(control);
      StampedeFigures wild = guests.figures();
      System.out.println(wild);
      guests.beginPhase(PATIENT);
      LockSupport.parkNanos(time.dividedBy(5).toNanos());
      guests.leave();
      StampedeFigures calm = guests.figures();
      System.out.println(calm);

      List<String> complaints = guests.complaints();
      for (Outcome never : List.of(Outcome.WRONG, Outcome.LOST)) {
        assertThat(wild.count(never)).as("%s, as in %s", never, complaints).isZero();
      }
      for (Act act : Act.values()) {
        assertThat(wild.count(act, Outcome.DONE)).as("%s", act).isPositive();
      }
      for (Outcome bad : Outcome.values()) {
        if (bad != Outcome.DONE && bad != Outcome.NO_PORT) {
          assertThat(calm.count(bad))
              .as("%s when all was calm again, as in %s", bad, complaints)
              .isZero();
        }
      }
      assertThat(calm.replies()).isPositive();
      troubles.awaitConnections(0, control);
    }
  }

  /**
   * The footprint as soon as nothing is more than it may be, or after a while. A connection may
   * linger, and a thread may wait for further work.
   */
  private static Footprint settled(ServerProcess server, long threads, long descriptors)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    while (true) {
      Footprint now = Footprint.of(server);
      boolean settled =
          now.connections() <= CONNECTION_OBJECTS
              && now.threads() <= threads
              && now.descriptors() <= descriptors;
      if (settled || System.nanoTime() - begun > ServerProcess.PATIENCE.toNanos()) {
        return now;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
    }
  }

  private static List<String> trouble(ServerProcess server) {
    return server.out().all().stream()
        .filter(line -> line.matches(".* (WARN|ERROR) +\\S+: .*"))
        .filter(line -> !line.matches(EXPECTED))
        .limit(10)
        .toList();
  }

  /**
   * Each limit lets a hundred clients in, and not one more or less: no place was lost, and none was
   * freed twice.
   */
  private static void servesAsManyAsItsLimitsSay(
      int port, StampedeTroubles troubles, RandomSettings settings, Control control)
      throws IOException {
    for (String limit :
        List.of(
            "maxConnections = 100\nwhenLimitReached = reject",
            "maxConnectionsPerAddress = 100",
            "acceptors = 1\nmaxConnectionsPerAcceptor = 100")) {
      troubles.apply(settings.with(limit), control);
      List<Client> clients = new ArrayList<>();
      try {
        for (int i = 0; i < 100; i++) {
          var client = new Client(port);
          clients.add(client);
          client.send("hello\n");
          assertThat(client.line()).as("%s, client %d", limit, i).endsWith(" hello\n");
        }
        try (var beyond = new Client(port)) {
          if (limit.startsWith("acceptors")) {
            beyond.send("hello\n");
            LockSupport.parkNanos(WOULD_HAVE_COME);
            assertThat(beyond.available()).as(limit).isZero();
            clients.getFirst().close(); // the client beyond the limit waits for this place
            assertThat(beyond.line()).as(limit).endsWith(" hello\n");
          } else {
            assertThat(beyond.seesEnd()).as(limit).isTrue();
          }
          assertThat(control.number("connections stampede")).as(limit).isEqualTo(100);
        }
      } finally {
        for (Client client : clients) {
          client.close();
        }
      }
      troubles.awaitConnections(0, control);
    }
  }
}
