package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row V18: nodes of the tree are killed at random under a hundred connections. {@code
 * -Dstampede.seconds=10} makes it longer, {@code -Dstampede.seed=N} repeats the order of the kills.
 */
@Timeout(300)
class StampedeTest {

  private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("stampede.seconds", 3));
  private static final long SEED = Long.getLong("stampede.seed", System.nanoTime());
  private static final int CLIENTS = 100;

  private final FlakyTransport transport = new FlakyTransport();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong replies = new AtomicLong();
  private final AtomicLong ends = new AtomicLong();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

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
          replies.incrementAndGet();
        }
      } catch (ConnectException refused) {
        LockSupport.parkNanos(1_000_000);
      } catch (IOException end) {
        ends.incrementAndGet();
      }
    }
  }

  private void kill(Random random) throws Exception {
    switch (random.nextInt(3)) {
      case 0 -> transport.failNextAccepts(1, () -> new IllegalStateException("on purpose"));
      case 1 -> // more than a supervisor allows
          transport.failNextAccepts(6, () -> new IllegalStateException("on purpose"));
      default -> transport.loseChannel();
    }
  }

  @Test
  void v18ServerWhoseNodesAreKilledUnderAHundredConnectionsAnswersWithRightCounts()
      throws Exception {
    var random = new Random(SEED);
    try (var server = new RunningServer(RunningServer.settings(), transport, new TestHandler())) {
      int port = server.port();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        clients.add(Thread.ofVirtual().start(() -> talk(number, port)));
      }
      long until = System.nanoTime() + LENGTH.toNanos();
      int kills = 0;
      while (System.nanoTime() - until < 0) {
        kill(random);
        kills++;
        // a client that connects brings the kill about
        try (var one = new Socket(InetAddress.getLoopbackAddress(), port)) {
          assertThat(one.isConnected()).isTrue();
        } catch (IOException refused) {
          LockSupport.parkNanos(1_000_000);
        }
        LockSupport.parkNanos(random.nextInt(50_000_000));
      }
      transport.failNextAccepts(0, IOException::new);
      server.await(Status.RUNNING);
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      over.set(true);
      for (Thread client : clients) {
        client.join();
      }
      System.out.printf(
          "stampede, seed %d: %d kills, %d restarts, %d budgets exhausted, %,d replies, %d"
              + " connections ended%n",
          SEED,
          kills,
          server.events(TelemetryEvent.Restarted.class).size(),
          server.events(TelemetryEvent.RestartBudgetExhausted.class).size(),
          replies.get(),
          ends.get());
      assertThat(wrong).as("seed %d", SEED).isEmpty();
      assertThat(replies.get()).isPositive();
      assertThat(server.events(TelemetryEvent.Restarted.class)).isNotEmpty();
      server.clients().getLast().close();
      server.awaitConnections(0);
      server.awaitFreePlaces();
      assertThat(server.node.awaitConnections(n -> n == 0, Duration.ofSeconds(20))).isTrue();
      assertThat(server.node.connections()).isEmpty();
      assertThat(server.port()).isEqualTo(port);
    }
  }
}
