// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.readToEnd;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.InvalidSetting;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules S2 to S5, W2, W3; conformance rows L and V; and load. */
@Timeout(120)
class ServerLifeTest {

  private static ServerSettings limitedTo(int most, LimitSettings.WhenReached then) {
    return RunningServer.settings().with(new LimitSettings(most, then));
  }

  private static ServerSettings listening(int acceptors, int sockets) {
    return RunningServer.settings().withAcceptors(acceptors).with(sockets(sockets));
  }

  private static ListenSettings sockets(int count) {
    return new ListenSettings("127.0.0.1", 0, 1024, count, Map.of());
  }

  private static ServerSettings draining(int acceptors, Duration drain, Duration shutdown) {
    return RunningServer.settings()
        .withAcceptors(acceptors)
        .with(Timeouts.DEFAULT.withDrain(drain, shutdown));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000, 16_384, 16_385, 1 << 20, 64 << 20})
  void echoesAnySizeIntact(int size) throws Exception {
    byte[] sent = new byte[size];
    for (int i = 0; i < size; i++) {
      sent[i] = (byte) (i * 31 + i / 251);
    }
    try (var server = new RunningServer(new TestHandler())) {
      var client = server.connect();
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      client.getOutputStream().write(sent);
                      client.shutdownOutput();
                    } catch (java.io.IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      byte[] got = client.getInputStream().readAllBytes(); // K16: half-close returns all before it
      writer.join();
      assertThat(Arrays.equals(got, sent)).isTrue();
    }
  }

  @Test
  void v1ThousandConnectionsAtOnce() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      var clients = new ArrayList<java.net.Socket>();
      for (int i = 0; i < 1_000; i++) {
        clients.add(server.connect());
      }
      for (var client : clients) {
        send(client, "ping");
      }
      for (var client : clients) {
        assertThat(read(client, 4)).isEqualTo("ping");
      }
      server.awaitConnections(1_000);
      assertThat(server.node.connections()).hasSize(1_000); // V4
    }
  }

  @Test
  void v2AtTheLimitTheNextClientWaitsForAPlace() throws Exception {
    var settings = limitedTo(1, LimitSettings.WhenReached.PARK);
    try (var server = new RunningServer(settings, new TestHandler())) {
      var first = server.connect();
      assertThat(echo(first, "a")).isEqualTo("a");
      var second = server.connect();
      send(second, "b");
      server.awaitEvent(TelemetryEvent.LimitReached.class);
      assertThat(server.node.info().connections()).isEqualTo(1);
      first.close();
      assertThat(read(second, 1)).isEqualTo("b");
    }
  }

  @Test
  void v3AtTheLimitTheNextClientIsClosedWhenToldToReject() throws Exception {
    var settings = limitedTo(1, LimitSettings.WhenReached.REJECT);
    try (var server = new RunningServer(settings, new TestHandler())) {
      var first = server.connect();
      assertThat(echo(first, "a")).isEqualTo("a");
      assertThat(ended(server.connect())).isTrue();
      assertThat(echo(first, "b")).isEqualTo("b");
      first.close();
      server.awaitFreePlaces();
      assertThat(echo(server.connect(), "c")).isEqualTo("c");
    }
  }

  @Test
  void v5SuspendRefusesNewAndKeepsOldAndResumeListensAtTheSamePort() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      int port = server.port();
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.node.suspend();
      assertThat(server.node.status()).isEqualTo(Status.SUSPENDED);
      assertThatThrownBy(() -> server.connect(port)).isInstanceOf(ConnectException.class);
      assertThat(echo(client, "b")).isEqualTo("b");
      server.node.resume();
      server.await(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);
      assertThat(echo(server.connect(), "c")).isEqualTo("c");
    }
  }

  @Test
  void v6StopRefusesNewConnectsWhileWorkInFlightCompletes() throws Exception {
    var working = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            working.countDown();
            goOn.await();
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(handler)) {
      int port = server.port();
      var client = server.connect();
      send(client, "work");
      working.await();
      var stopped = server.node.stop();
      assertThatThrownBy(() -> server.connect(port)).isInstanceOf(ConnectException.class);
      goOn.countDown();
      assertThat(readToEnd(client)).isEqualTo("work");
      assertThat(stopped.get(20, TimeUnit.SECONDS).graceful()).isEqualTo(1);
      assertThat(handler.ended()).isEqualTo("shutdown new");
      assertThat(server.node.status()).isEqualTo(Status.STOPPED);
    }
  }

  @Test
  void v7HandlersSayGoodbyeAtShutdownAlsoAfterSuspendAndResume() throws Exception {
    var polite =
        new TestHandler() {
          @Override
          public void handleShutdown(Socket socket, String state) {
            super.handleShutdown(socket, state);
            try {
              socket.send(bytes("bye"));
            } catch (java.io.IOException e) {
              errors.add(e);
            }
          }
        };
    try (var server = new RunningServer(polite)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.node.suspend();
      server.node.resume();
      server.stop();
      assertThat(readToEnd(client)).isEqualTo("bye");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 64})
  void v8HandlersThatWillNotEndAreForcedAtTheShutdownTimeoutAllTogether(int acceptors)
      throws Exception {
    var release = new CountDownLatch(1);
    var stubborn =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            refs.add(socket.ref());
            while (release.getCount() > 0) { // ignores interrupts and its closed socket
              LockSupport.parkNanos(50_000_000);
              boolean ignored = Thread.interrupted();
            }
            return Next.close(state);
          }

          @Override
          public Next<String> handleConnection(Socket socket) {
            return Next.proceed("new");
          }
        };
    Duration timeout = Duration.ofSeconds(4); // a fifth of it leaves room for a busy machine
    var settings = draining(acceptors, Duration.ZERO, timeout);
    try (var server = new RunningServer(settings, stubborn)) {
      int connections = acceptors * 2;
      for (int i = 0; i < connections; i++) {
        send(server.connect(), "x");
      }
      for (int i = 0; i < connections; i++) {
        stubborn.ref();
      }
      long began = System.nanoTime();
      Drained drained = server.stop();
      Duration took = Duration.ofNanos(System.nanoTime() - began); // the whole stop, with the tree
      System.out.printf(
          "V8: %d acceptors, %d handlers that will not end: down after %d ms of %d%n",
          acceptors, connections, took.toMillis(), timeout.toMillis());
      assertThat(drained.forced()).isEqualTo(connections);
      assertThat(drained.lingering()).hasSize(connections).allMatch(n -> n.contains("connection"));
      assertThat(took).isLessThan(timeout.multipliedBy(12).dividedBy(10));
    } finally {
      release.countDown();
    }
  }

  @Test
  void v8HandlersThatComputeWithoutEndOnEveryCarrierAreNotWaitedFor() throws Exception {
    var spinning = new CountDownLatch(Runtime.getRuntime().availableProcessors());
    var release = new AtomicBoolean();
    var spinner =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            spinning.countDown();
            while (!release.get()) {
              Thread.onSpinWait();
            }
            return Next.close(state);
          }
        };
    // Threads of ours that get no carrier are given up after half a second in all, whatever the
    // timeout. So the timeout is long enough for a fifth of it to leave room for a busy machine.
    Duration timeout = Duration.ofSeconds(10);
    try (var server = new RunningServer(draining(4, Duration.ZERO, timeout), spinner)) {
      for (long i = spinning.getCount(); i > 0; i--) {
        send(server.connect(), "x");
      }
      spinning.await();
      long began = System.nanoTime();
      server.stop();
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      System.out.printf(
          "V8: every carrier computes without end: down after %d ms of %d%n",
          took.toMillis(), timeout.toMillis());
      assertThat(took).isLessThan(timeout.multipliedBy(12).dividedBy(10));
    } finally {
      release.set(true);
    }
  }

  @Test
  void v9v10EventsOfAWholeLifeComeInOrder() throws Exception {
    var handler = new TestHandler();
    var server = new RunningServer(handler);
    try (server) {
      assertThat(server.node.info().connections()).isZero();
      var one = server.connect();
      var two = server.connect();
      assertThat(echo(one, "a") + echo(two, "b")).isEqualTo("ab");
      assertThat(server.node.info().connections()).isEqualTo(2);
      one.close();
      two.close();
      server.awaitConnections(0);
    }
    List<String> order =
        server.events().stream()
            .map(e -> e.getClass().getSimpleName())
            .filter(n -> !n.startsWith("Received") && !n.startsWith("Sent"))
            .distinct()
            .toList();
    assertThat(order)
        .containsSubsequence(
            "ListenerStarted",
            "ConnectionStarted",
            "ConnectionReady",
            "ConnectionStopped",
            "ListenerStopped",
            "AcceptorStopped");
    assertThat(server.events(TelemetryEvent.ListenerStopped.class).getFirst().lasted())
        .isPositive(); // L2
    assertThat(
            server.events(TelemetryEvent.AcceptorStopped.class).stream()
                .mapToLong(TelemetryEvent.AcceptorStopped::connections)
                .sum())
        .isEqualTo(2);
  }

  @Test
  void v15HundredStartsAndStopsOnOnePortLeaveNothingBehind() throws Exception {
    int port;
    try (var first = new RunningServer(new TestHandler())) {
      port = first.port();
      assertThat(echo(first.connect(), "x")).isEqualTo("x");
    }
    var settings =
        RunningServer.settings().with(new ListenSettings("127.0.0.1", port, 1024, 1, Map.of()));
    long before = descriptors(); // the descriptors of the pollers are included
    for (int i = 0; i < 100; i++) {
      try (var server = new RunningServer(settings, new TestHandler())) {
        assertThat(echo(server.connect(), "x")).isEqualTo("x");
      }
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before + 20); // one leak each makes 100
  }

  @Test
  void l1SeveralListeningSocketsShareOnePort() throws Exception {
    var settings = listening(4, 3);
    try (var server = new RunningServer(settings, new TestHandler())) {
      assertThat(server.node.info().listenSockets()).isEqualTo(3);
      for (int i = 0; i < 20; i++) {
        assertThat(echo(server.connect(), "x")).isEqualTo("x");
      }
    }
  }

  @Test
  void c2MoreListenSocketsThanAcceptorsAreRefused() {
    assertThatThrownBy(() -> ServerSettings.defaults("x").withAcceptors(2).with(sockets(3)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("listenSockets is 3")
        .hasMessageContaining("at most the number of acceptors (2)");
  }

  @Test
  void c3DefaultsAreThoseOfTheContract() {
    ServerSettings defaults = ServerSettings.defaults("x");
    assertThat(defaults.listen().sockets()).isEqualTo(1);
    assertThat(defaults.listen().backlog()).isEqualTo(1024);
    assertThat(defaults.timeouts().handshake()).isEqualTo(Duration.ofSeconds(5));
    assertThat(defaults.timeouts().read()).isEqualTo(Duration.ofSeconds(60));
    assertThat(defaults.timeouts().shutdown()).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void fiftyPeersThatNeverReadSlowNobodyDown() throws Exception {
    var memory = new MemoryBudget();
    var settings = RunningServer.settings();
    try (var server = new RunningServer(settings, RunningServer.TCP, new TestHandler(), memory)) {
      byte[] much = new byte[8 << 20];
      for (int i = 0; i < 50; i++) {
        var greedy = server.connect();
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    greedy.getOutputStream().write(much);
                  } catch (java.io.IOException closedByTheTest) {
                    return;
                  }
                });
      }
      server.awaitConnections(50);
      var client = server.connect();
      for (int i = 0; i < 100; i++) {
        assertThat(echo(client, "ping")).isEqualTo("ping");
      }
      // the cost of a peer that never reads: a read buffer, borrowed while its send waits
      System.out.printf("50 peers that never read hold %d KiB%n", memory.used() / 1024);
      assertThat(memory.used()).isLessThanOrEqualTo(51L * settings.buffers().read());
    }
  }

  @Test
  void twoThousandResetsLeaveNoDescriptorBehind() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      assertThat(echo(server.connect(), "warm")).isEqualTo("warm");
      long before = descriptors();
      for (int i = 0; i < 2_000; i++) {
        try (var client = new java.net.Socket()) {
          client.setSoLinger(true, 0);
          client.connect(
              new java.net.InetSocketAddress(
                  java.net.InetAddress.getLoopbackAddress(), server.port()));
          client.getOutputStream().write(1);
        }
      }
      server.awaitConnections(1);
      server.await("back to " + before + " descriptors", x -> descriptors() <= before + 5);
    }
  }

  private static long descriptors() {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void drainOfOneAcceptorLeavesTheOthersAlone() throws Exception {
    var settings = draining(2, Duration.ofMillis(100), Duration.ofSeconds(5));
    try (var server = new RunningServer(settings, new TestHandler())) {
      for (int i = 0; i < 10; i++) {
        assertThat(echo(server.connect(), "x")).isEqualTo("x");
      }
      long first = server.node.connections().stream().filter(c -> c.acceptor() == 1).count();
      assertThat(first).isBetween(1L, 9L);
      Drained drained = server.node.drainAcceptor(1).result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo((int) first);
      assertThat(server.node.connections()).allMatch(c -> c.acceptor() == 2);
      assertThat(server.node.status()).isEqualTo(Status.RUNNING);
      assertThat(echo(server.connect(), "y")).isEqualTo("y");
      assertThatThrownBy(() -> server.node.drainAcceptor(3))
          .hasMessageContaining("no acceptor 3; there are 1 to 2");
    }
  }

  @Test
  void w3RetiredHandlerIsForgottenEvenWhenItHadToBeForced() throws Exception {
    var settings = draining(2, Duration.ZERO, Duration.ofMillis(200));
    try (var server = new RunningServer(settings, new TestHandler())) {
      WeakReference<TestHandler> left = serveAndRetire(server);
      server.awaitConnections(0);
      for (int i = 0; i < 100 && left.get() != null; i++) {
        System.gc();
        LockSupport.parkNanos(20_000_000);
      }
      assertThat(left.get()).isNull();
    }
  }

  private static WeakReference<TestHandler> serveAndRetire(RunningServer server) throws Exception {
    var blocking =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            new CountDownLatch(1).await(); // until interrupted
            return Next.proceed(state);
          }
        };
    long service = server.serve(blocking);
    var client = server.connect();
    send(client, "x");
    server.await("received", x -> !x.events(TelemetryEvent.Received.class).isEmpty());
    Drained drained = server.node.retire(service).get(20, TimeUnit.SECONDS);
    assertThat(drained.forced()).isEqualTo(1);
    assertThat(server.node.status()).isEqualTo(Status.WAITING);
    return new WeakReference<>(blocking);
  }
}
