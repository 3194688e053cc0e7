// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static io.thousandisland.transport.tls.TlsFixture.echo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
import io.thousandisland.transport.tls.TlsFixture.Echo;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Row V18 over TLS: nodes of the tree are killed at random under a hundred connections, and
 * handshakes are under way. {@code -Dstampede.seconds=10} makes it longer, {@code
 * -Dstampede.seed=N} repeats the order of the kills.
 */
@ParameterizedClass(name = "nonblocking {0}")
@ValueSource(booleans = {false, true})
@Timeout(300)
class TlsStampedeTest {

  private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("stampede.seconds", 1));
  private static final long SEED = Long.getLong("stampede.seed", System.nanoTime());
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CLIENTS = 100;

  /** More crashes than all supervisors together allow. */
  private static final int ENOUGH_FOR_THE_ROOT = 400;

  private final TlsFixture tls;
  private final AtomicReference<@Nullable Crashing> crashing = new AtomicReference<>();
  private final Random random = new Random(SEED);
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong replies = new AtomicLong();
  private final AtomicLong ends = new AtomicLong();
  private final CountDownLatch served = new CountDownLatch(CLIENTS);
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();

  TlsStampedeTest(boolean nonblocking) {
    tls = new TlsFixture(nonblocking);
  }

  @AfterEach
  void close() {
    over.set(true);
    tls.close();
  }

  private Crashing below() {
    return Objects.requireNonNull(crashing.get());
  }

  /** The rate of kills leaves every supervisor within its budget. */
  @Test
  void v18KillsOfWorkersAndChannelsUnderAHundredConnectionsOverTlsEndNoneOfThem() throws Exception {
    try (var server = stampede(1_000)) {
      int kills =
          killUntil(
              server,
              LENGTH,
              () -> {
                if (random.nextInt(4) > 0) {
                  below().crashNextAccepts(1);
                } else {
                  below().loseChannel();
                }
              });
      assertCalmAgain(server, kills);
      assertThat(ends.get()).as("seed %d: connections that ended", SEED).isZero();
      assertThat(server.events().of(TelemetryEvent.RestartBudgetExhausted.class)).isEmpty();
    }
  }

  /** The root gives up twice at least, and comes back. */
  @Test
  void v18ServerWhoseNodesAreKilledUnderAHundredConnectionsOverTlsAnswersWithRightCounts()
      throws Exception {
    try (var server = stampede(3)) {
      int port = server.port();
      int kills = 0;
      for (int half = 1; half <= 2; half++) {
        kills +=
            killUntil(
                server,
                LENGTH.dividedBy(2),
                () -> {
                  switch (random.nextInt(3)) {
                    case 0 -> below().crashNextAccepts(1);
                    case 1 -> below().crashNextAccepts(6); // more than a supervisor allows
                    default -> below().loseChannel();
                  }
                });
        if (half == 1) {
          killTheRoot(server, port);
          kills++;
        }
      }
      below().crashNextAccepts(0);
      awaitRunning(server);
      assertThat(falls(server)).as("seed %d: times FAILED", SEED).isPositive();
      assertCalmAgain(server, kills);
      assertThat(server.port()).isEqualTo(port);
    }
  }

  // ---- the clients

  /** A server, and a hundred clients that have been served. */
  private TestServer stampede(int restarts) throws Exception {
    var builder =
        TestServer.serving(new Echo())
            .transport(
                "tls",
                tcp -> {
                  var below = new Crashing(tcp);
                  crashing.set(below);
                  return new TlsTransport(below, TestTerms.EC::terms, tls.threads());
                })
            .over("tls")
            .set("acceptors", 3)
            .set("maxConnections", 150)
            .set("whenLimitReached", "park")
            .set("restarts", restarts)
            .set("restartWindow", restarts > 100 ? "1s" : "5s")
            .set("handshakeTimeout", "60s") // all wait for one thread, and the machine is shared
            .set("drainTimeout", "0s")
            .set("shutdownTimeout", "5s");
    var server = (tls.isNonblocking() ? builder.nonblocking() : builder).start();
    int port = server.port();
    for (int i = 0; i < CLIENTS; i++) {
      int number = i;
      clients.add(Thread.ofVirtual().start(() -> talk(number, port)));
    }
    assertThat(served.await(60, TimeUnit.SECONDS)).as("all clients served").isTrue();
    ends.set(0); // a hundred handshakes at once are not the matter here
    return server;
  }

  /** Talks without a pause, and connects again whenever its connection has ended. */
  private void talk(int number, int port) {
    for (int i = 0; !over.get(); ) {
      try (var client = TlsFixture.over(new Socket(InetAddress.getLoopbackAddress(), port))) {
        client.setSoTimeout(20_000);
        for (; !over.get(); i++) {
          String asked = "client %d, line %d".formatted(number, i);
          String reply = echo(client, asked);
          if (reply.length() < asked.length()) {
            throw new IOException("ended"); // in the middle of a reply perhaps
          }
          if (!reply.equals(asked)) {
            wrong.add(asked + " was answered " + reply);
            return;
          }
          if (i == 0) {
            served.countDown();
          }
          replies.incrementAndGet();
        }
      } catch (ConnectException refused) {
        LockSupport.parkNanos(1_000_000);
      } catch (SocketTimeoutException lost) {
        wrong.add("client %d has no reply to line %d".formatted(number, i));
        return;
      } catch (IOException end) {
        ends.incrementAndGet();
      }
    }
  }

  /** A client that comes and goes: its accept brings a crash about. */
  private static void pass(int port) {
    try (var one = new Socket(InetAddress.getLoopbackAddress(), port)) {
      one.setSoLinger(true, 0); // without thousands of ports that wait
    } catch (IOException refused) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  // ---- the kills

  private interface Kill {
    void run() throws Exception;
  }

  /**
   * Goes on beyond {@code length} until the first restart: on a busy machine the server may need
   * all that time for the first accept. Returns the number of kills.
   */
  private int killUntil(TestServer server, Duration length, Kill kill) throws Exception {
    int port = server.port();
    long end = System.nanoTime() + length.toNanos();
    int kills = 0;
    for (; System.nanoTime() - end < 0 || !hasRestarted(server); kills++) {
      kill.run();
      pass(port);
      LockSupport.parkNanos(random.nextInt(50_000_000));
    }
    return kills;
  }

  private static boolean hasRestarted(TestServer server) {
    return !server.events().of(TelemetryEvent.Restarted.class).isEmpty();
  }

  /** Lets workers crash until the root has given up once more, and waits for its return. */
  private void killTheRoot(TestServer server, int port) {
    int before = falls(server);
    below().crashNextAccepts(ENOUGH_FOR_THE_ROOT);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (falls(server) == before) {
      assertThat(System.nanoTime() - deadline).as("seed %d: root gives up", SEED).isNegative();
      pass(port);
    }
    below().crashNextAccepts(0);
    awaitRunning(server);
  }

  private static void awaitRunning(TestServer server) {
    await("the server runs")
        .atMost(PATIENCE)
        .until(() -> server.server().info().status(), Status.RUNNING::equals);
  }

  private static int falls(TestServer server) {
    return (int)
        server.events().of(TelemetryEvent.StatusChanged.class).stream()
            .filter(change -> change.to() == Status.FAILED)
            .count();
  }

  // ---- afterwards

  private void assertCalmAgain(TestServer server, int kills) throws Exception {
    below().crashNextAccepts(0);
    await("the channel that was lost last is bound again")
        .atMost(PATIENCE)
        .until(() -> below().isListening());
    awaitRunning(server);
    try (var calm = TlsFixture.connect(server)) {
      assertThat(echo(calm, "a")).isEqualTo("a");
    }
    over.set(true);
    for (Thread client : clients) {
      client.join();
    }
    System.out.printf(
        "stampede over TLS, seed %d: %d kills, %d restarts, %d budgets exhausted, %d times FAILED,"
            + " %,d replies, %d connections ended%n",
        SEED,
        kills,
        server.events().of(TelemetryEvent.Restarted.class).size(),
        server.events().of(TelemetryEvent.RestartBudgetExhausted.class).size(),
        falls(server),
        replies.get(),
        ends.get());
    assertThat(wrong).as("seed %d", SEED).isEmpty();
    assertThat(replies.get()).isPositive();
    await("no connection is left")
        .atMost(PATIENCE)
        .until(() -> server.server().info().connections(), count -> count == 0);
    assertThat(server.server().connections()).isEmpty();
    await("no handshake is left")
        .atMost(PATIENCE)
        .until(() -> tls.threads().waiting(), count -> count == 0);
    assertRoomFor(150, server);
  }

  /** The limit lets as many in as it says: no place was lost, and none was freed twice. */
  private static void assertRoomFor(int most, TestServer server) throws IOException {
    var all = new ArrayList<Socket>();
    try {
      for (int i = 0; i < most; i++) {
        var client = TlsFixture.connect(server);
        all.add(client);
        assertThat(echo(client, "in")).as("client %d", i).isEqualTo("in");
      }
      assertThat(server.server().info().connections()).isEqualTo(most);
      var beyond = new Socket(InetAddress.getLoopbackAddress(), server.port());
      all.add(beyond);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
      assertThat(server.server().info().connections()).as("beyond the limit").isEqualTo(most);
    } finally {
      for (Socket client : all) {
        client.close();
      }
    }
  }
}
