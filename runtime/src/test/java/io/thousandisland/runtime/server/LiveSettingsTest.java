// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.RestartSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule S6: settings that are said to apply live do apply. */
@Timeout(60)
class LiveSettingsTest {

  private static ServerSettings settings() {
    return RunningServer.settings();
  }

  private static RestartSettings restarts(int count) {
    return new RestartSettings(count, Duration.ofMinutes(1));
  }

  // ---- restarts

  @Test
  void s6ServerWhoseTreeHasGivenUpIsFailedSaysWhyAndComesBack() throws Exception {
    var transport = new FlakyTransport();
    var none = settings().withAcceptors(1).with(restarts(0));
    try (var server = new RunningServer(none, transport, new TestHandler())) {
      transport.failNextAccepts(1, () -> new IllegalStateException("bug on purpose"));
      try (var unlucky = server.connect()) {
        // the server has failed for a second
        server.await("failed", s -> failed(s).anyMatch(why -> why.contains("bug on purpose")));
      }
      server.await(Status.RUNNING); // it recovers by itself, a second later
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  private static Stream<String> failed(RunningServer server) {
    return server.events(TelemetryEvent.StatusChanged.class).stream()
        .filter(change -> change.to() == Status.FAILED)
        .map(TelemetryEvent.StatusChanged::reason);
  }

  @Test
  void s6RestartBudgetAppliesLive() throws Exception {
    var transport = new FlakyTransport();
    var none = settings().withAcceptors(1).with(restarts(0));
    try (var server = new RunningServer(none, transport, new TestHandler())) {
      server.node.configure(none.with(restarts(5)));
      for (int i = 1; i <= 5; i++) {
        transport.failNextAccepts(1, () -> new IllegalStateException("bug on purpose"));
        assertThat(echo(server.connect(), "a")).isEqualTo("a");
        int count = i;
        server.await("restarted", s -> s.events(TelemetryEvent.Restarted.class).size() == count);
      }
      assertThat(server.events(TelemetryEvent.RestartBudgetExhausted.class)).isEmpty();
      server.node.configure(none);
      transport.failNextAccepts(1, () -> new IllegalStateException("bug on purpose"));
      try (var unlucky = server.connect()) {
        server.awaitEvent(TelemetryEvent.RestartBudgetExhausted.class);
      }
      server.await(Status.RUNNING);
    }
  }

  // ---- policies

  private static Policies leaves(Policies.WhenHandlerLeaves leaves) {
    return new Policies(leaves, Policies.WhenBetterArrives.KEEP, false);
  }

  @Test
  void s6PolicyForAHandlerThatLeavesAppliesLive() throws Exception {
    var migrating = settings().with(leaves(Policies.WhenHandlerLeaves.MIGRATE));
    try (var server = new RunningServer(migrating, new TestHandler())) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      long second = server.serve(new TestHandler());
      assertThat(server.node.retire(second - 1).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      server.node.configure(settings().with(leaves(Policies.WhenHandlerLeaves.DRAIN)));
      server.serve(new TestHandler());
      assertThat(server.node.retire(second).get(20, TimeUnit.SECONDS).graceful()).isEqualTo(1);
      assertThat(Peers.ended(client)).isTrue();
    }
  }

  @Test
  void s6PolicyForABetterHandlerAppliesLive() throws Exception {
    try (var server = new RunningServer(settings(), new TestHandler())) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.serve(new TestHandler());
      assertThat(server.node.connections().getFirst().generation()).isEqualTo(1); // policy keep
      server.node.configure(
          settings()
              .with(
                  new Policies(
                      Policies.WhenHandlerLeaves.MIGRATE,
                      Policies.WhenBetterArrives.MIGRATE,
                      false)));
      assertThat(echo(server.connect(), "b")).isEqualTo("b"); // in the second generation
      server.serve(new TestHandler());
      server.await("moved", s -> s.node.connections().stream().anyMatch(c -> c.generation() == 3));
      assertThat(echo(client, "c")).isEqualTo("c");
    }
  }

  // ---- buffers

  /** Records how many bytes it can get at most. */
  private static final class Sizes extends TestHandler {
    final BlockingQueue<Integer> capacities = new LinkedBlockingQueue<>();

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      capacities.add(data.capacity());
      return super.handleData(data, socket, state);
    }
  }

  @Test
  void s6ReadBufferSizeAppliesToConnectionsThatAreThere() throws Exception {
    var sizes = new Sizes();
    try (var server = new RunningServer(settings(), sizes)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(sizes.capacities.poll(20, TimeUnit.SECONDS)).isEqualTo(4096);
      server.node.configure(settings().with(new BufferSettings(2048, 1 << 20, 1 << 20, 256)));
      assertThat(echo(client, "b")).isEqualTo("b");
      assertThat(sizes.capacities.poll(20, TimeUnit.SECONDS)).isEqualTo(2048);
    }
  }

  @Test
  void s6UnreadLimitAppliesToConnectionsThatAreThere() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (data.get(data.position()) == 'k') { // leaves the bytes unread
              return Next.proceed(state);
            }
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(settings(), handler)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.node.configure(settings().with(new BufferSettings(1024, 2048, 1 << 20, 256)));
      Peers.send(client, "k".repeat(8 * 1024));
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors.take()).hasMessageContaining("unreadLimit is 2048");
    }
  }

  @Test
  void s6MailboxSizeAppliesToNewConnections() throws Exception {
    var entered = new CountDownLatch(1);
    var held = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            entered.countDown();
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(settings(), handler)) {
      server.node.configure(settings().with(new BufferSettings(1024, 2048, 1 << 20, 3)));
      var client = server.connect();
      Peers.send(client, "x");
      SocketRef ref = handler.ref();
      assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue(); // so that no message is delivered
      int taken = 0;
      while (taken < 300 && ref.tell("m")) {
        taken++;
      }
      held.countDown();
      assertThat(taken).isEqualTo(3);
    }
  }

  // ---- the listening socket

  /**
   * The number of clients that connect in time. As many as the backlog allows connect; the kernel
   * lets the next one wait for its handshake.
   */
  private static int connectedWithin(RunningServer server, int count, int millis)
      throws IOException {
    int connected = 0;
    for (int i = 0; i < count; i++) {
      var client = new java.net.Socket();
      try {
        client.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), millis);
        connected++;
      } catch (SocketTimeoutException full) {
        client.close();
      }
    }
    return connected;
  }

  @Test
  void s6BacklogIsThatOfTheSocket() throws Exception {
    var one = new LimitSettings(1, LimitSettings.WhenReached.PARK);
    for (int backlog : new int[] {2, 1024}) {
      var listen = new ListenSettings("127.0.0.1", 0, backlog, 1, Map.of());
      try (var server = new RunningServer(settings().with(one).with(listen), new TestHandler())) {
        assertThat(echo(server.connect(), "a")).isEqualTo("a"); // takes the one place
        int connected = connectedWithin(server, 8, 200);
        if (backlog == 2) {
          assertThat(connected).isBetween(2, 4);
        } else {
          assertThat(connected).isEqualTo(8);
        }
      }
    }
  }

  /** This option decides whether replies wait for the peer's acknowledgement. */
  @Test
  void s6SocketOptionsReachTheConnections() throws Exception {
    var seen = new LinkedBlockingQueue<Boolean>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            seen.add(socket.option(StandardSocketOptions.TCP_NODELAY));
            return super.handleConnection(socket);
          }
        };
    try (var server = new RunningServer(settings(), handler)) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      assertThat(seen.poll(20, TimeUnit.SECONDS)).isTrue();
      server.node.configure(
          settings()
              .with(
                  new ListenSettings(
                      "127.0.0.1", 0, 1024, 1, Map.of(StandardSocketOptions.TCP_NODELAY, false))));
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
      assertThat(seen.poll(20, TimeUnit.SECONDS)).isFalse();
      server.node.configure(settings());
      assertThat(echo(server.connect(), "c")).isEqualTo("c");
      assertThat(seen.poll(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void w7TransportThatIsReplacedListensNoMore() throws Exception {
    var before = new FlakyTransport();
    var after = new FlakyTransport();
    try (var server = new RunningServer(settings(), before, new TestHandler())) {
      int port = server.port();
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.node.transport("other", after);
      server.await(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);
      assertThat(before.isListening()).isFalse();
      assertThat(after.binds()).isEqualTo(1);
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
      assertThat(Peers.ended(client)).isTrue(); // it was connected to the old transport
    }
  }
}
