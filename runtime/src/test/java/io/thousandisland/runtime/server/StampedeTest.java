// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.RestartSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Row V18: nodes of the tree are killed at random under a hundred connections. {@code
 * -Dstampede.seconds=10} makes it longer, {@code -Dstampede.seed=N} repeats the order of the kills.
 */
@Timeout(300)
class StampedeTest {

  private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("stampede.seconds", 3));
  private static final long SEED = Long.getLong("stampede.seed", System.nanoTime());
  private static final int CLIENTS = 100;

  /** More crashes than all supervisors together allow. */
  private static final int ENOUGH_FOR_THE_ROOT = 400;

  /** No other test has a server of this name, so its threads are known. */
  private static final ServerSettings FIRST =
      ServerSettings.defaults("stampede")
          .with(Timeouts.DEFAULT.withDrain(Duration.ZERO, Duration.ofSeconds(5)));

  /** Changed on the living server, so that a node that comes back could bring old ones. */
  private static final ServerSettings CHANGED =
      FIRST.withAcceptors(3).with(new LimitSettings(150, LimitSettings.WhenReached.PARK));

  @TempDir Path folder;

  private final FlakyTransport transport = new FlakyTransport();
  private final Random random = new Random(SEED);
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong replies = new AtomicLong();
  private final AtomicLong ends = new AtomicLong();
  private final CountDownLatch served = new CountDownLatch(CLIENTS);
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();

  /** The rate of kills leaves every supervisor within its budget. */
  @Test
  void v18KillsOfWorkersAndChannelsUnderAHundredConnectionsEndNoneOfThem() throws Exception {
    var budget = new RestartSettings(1_000, Duration.ofSeconds(1));
    try (var server = stampede(FIRST.with(budget), CHANGED.with(budget))) {
      int kills =
          killUntil(
              server,
              LENGTH,
              () -> {
                if (random.nextInt(4) > 0) {
                  crashWorkers(1);
                } else {
                  transport.loseChannel();
                }
              });
      assertCalmAgain(server, kills);
      assertThat(ends.get()).as("seed %d: connections that ended", SEED).isZero();
      assertThat(server.events(TelemetryEvent.RestartBudgetExhausted.class)).isEmpty();
    }
    assertNoThreadIsLeft();
  }

  /** The root gives up twice at least, and comes back. */
  @Test
  void v18ServerWhoseNodesAreKilledUnderAHundredConnectionsAnswersWithRightCounts()
      throws Exception {
    try (var server = stampede(FIRST, CHANGED)) {
      int port = server.port();
      int kills = 0;
      for (int third = 1; third <= 3; third++) {
        kills +=
            killUntil(
                server,
                LENGTH.dividedBy(3),
                () -> {
                  switch (random.nextInt(3)) {
                    case 0 -> crashWorkers(1);
                    case 1 -> crashWorkers(6); // more than a supervisor allows
                    default -> transport.loseChannel();
                  }
                });
        if (third < 3) {
          int falls = falls(server);
          crashWorkers(ENOUGH_FOR_THE_ROOT);
          killTheRoot(server, port, falls);
          transport.failNextAccepts(0, IOException::new);
          server.await(Status.RUNNING);
          kills++;
        }
      }
      transport.failNextAccepts(0, IOException::new);
      server.await(Status.RUNNING);
      assertThat(falls(server)).as("seed %d: times FAILED", SEED).isGreaterThanOrEqualTo(2);
      assertCalmAgain(server, kills);
      assertThat(server.port()).isEqualTo(port);
    }
    assertNoThreadIsLeft();
  }

  // ---- the clients

  /** A server whose settings have changed, and a hundred clients that have been served. */
  private RunningServer stampede(ServerSettings first, ServerSettings changed) throws Exception {
    var server = new RunningServer(first, transport, new TestHandler());
    server.node.configure(changed);
    int port = server.port();
    for (int i = 0; i < CLIENTS; i++) {
      int number = i;
      clients.add(Thread.ofVirtual().start(() -> talk(number, port)));
    }
    assertThat(served.await(20, TimeUnit.SECONDS)).as("all clients served").isTrue();
    return server;
  }

  /** Talks without a pause, and connects again whenever its connection has ended. */
  private void talk(int number, int port) {
    for (int i = 0; !over.get(); ) {
      try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
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

  private void crashWorkers(int times) {
    transport.failNextAccepts(times, () -> new IllegalStateException("on purpose"));
  }

  /**
   * Goes on beyond {@code length} until the first restart: on a busy machine the server may need
   * all that time for the first accept. Returns the number of kills.
   */
  private int killUntil(RunningServer server, Duration length, Kill kill) throws Exception {
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

  private static boolean hasRestarted(RunningServer server) {
    return !server.events(TelemetryEvent.Restarted.class).isEmpty();
  }

  /** Lets workers crash until the root has given up once more. */
  private static void killTheRoot(RunningServer server, int port, int falls) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (falls(server) == falls) {
      assertThat(System.nanoTime() - deadline).as("seed %d: root gives up", SEED).isNegative();
      pass(port);
    }
  }

  private static int falls(RunningServer server) {
    return (int)
        server.events(TelemetryEvent.StatusChanged.class).stream()
            .filter(change -> change.to() == Status.FAILED)
            .count();
  }

  // ---- afterwards

  private void assertCalmAgain(RunningServer server, int kills) throws Exception {
    transport.failNextAccepts(0, IOException::new);
    server.await("the channel that was lost last is bound again", s -> transport.isListening());
    server.await(Status.RUNNING);
    assertThat(echo(server.connect(), "a")).isEqualTo("a");
    over.set(true);
    for (Thread client : clients) {
      client.join();
    }
    System.out.printf(
        "stampede, seed %d: %d kills, %d restarts, %d budgets exhausted, %d times FAILED, %,d"
            + " replies, %d connections ended%n",
        SEED,
        kills,
        server.events(TelemetryEvent.Restarted.class).size(),
        server.events(TelemetryEvent.RestartBudgetExhausted.class).size(),
        falls(server),
        replies.get(),
        ends.get());
    assertThat(wrong).as("seed %d", SEED).isEmpty();
    assertThat(replies.get()).isPositive();
    server.clients().getLast().close();
    server.awaitConnections(0);
    server.awaitFreePlaces();
    assertThat(server.node.awaitConnections(n -> n == 0, Duration.ofSeconds(20))).isTrue();
    assertThat(server.node.connections()).isEmpty();
    assertThat(server.node.info().acceptors()).isEqualTo(CHANGED.acceptors());
    assertThat(server.node.info().maxConnections()).isEqualTo(150);
  }

  /** A thread may need a moment to end. */
  private void assertNoThreadIsLeft() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    List<String> left = ThreadDump.names(folder, "stampede ");
    while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(20_000_000);
      left = ThreadDump.names(folder, "stampede ");
    }
    assertThat(left).as("seed %d: threads left", SEED).isEmpty();
  }
}
