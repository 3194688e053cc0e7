// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.ReadTimeoutException;
import io.thousandisland.handler.SendTimeoutException;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules P2 to P4: peers that are silent at first, or slow. */
@Timeout(60)
class PaceTest {

  private static final Duration WINDOW = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(20);

  /** Ends with the test. */
  private final CountDownLatch over = new CountDownLatch(1);

  @AfterEach
  void end() {
    over.countDown();
  }

  private static ServerSettings receiving() {
    return AlteredSettings.of("minReceiveRate", 1000, "rateWindow", WINDOW);
  }

  private static ServerSettings sending() {
    return AlteredSettings.of("minSendRate", 100_000_000, "rateWindow", WINDOW);
  }

  private static ServerSettings firstByte() {
    return AlteredSettings.of("firstByteTimeout", WINDOW);
  }

  private static Ending ending(RunningServer server) {
    return server.awaitEvent(TelemetryEvent.ConnectionStopped.class).ending();
  }

  /** Sends a byte each 20 ms until the server ends it. */
  private void drip(java.net.Socket client) {
    Thread unused =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (!over.await(20, TimeUnit.MILLISECONDS)) {
                      client.getOutputStream().write('d');
                    }
                  } catch (IOException | InterruptedException end) {
                    // as it should
                  }
                });
  }

  // ---- the first byte

  @Test
  void p2PeerThatIsSilentFromTheBeginningEnds() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(firstByte(), handler)) {
      long began = System.nanoTime();
      assertThat(ended(server.connect())).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(WINDOW);
      assertThat(handler.ended()).isEqualTo("timeout new");
      assertThat(ending(server)).isEqualTo(new Ending.NoFirstByte());
    }
  }

  @Test
  void p2HandlerThatWaitsForTheFirstByteGetsATimeout() throws Exception {
    var thrown = new LinkedBlockingQueue<IOException>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            try {
              socket.receive(10);
            } catch (IOException e) {
              thrown.add(e);
              throw e;
            }
            throw new AssertionError("received");
          }
        };
    try (var server = new RunningServer(firstByte(), handler)) {
      assertThat(ended(server.connect())).isTrue();
      assertThat(handler.ended()).isEqualTo("timeout null");
      assertThat(thrown.take()).isInstanceOf(ReadTimeoutException.class);
      assertThat(ending(server)).isEqualTo(new Ending.NoFirstByte());
    }
  }

  @Test
  void p2ByteThatHasArrivedWins() throws Exception {
    try (var memory = new MemoryTransport();
        var server = new RunningServer(firstByte(), memory, new TestHandler())) {
      MemoryPeer peer = memory.connect(1);
      server.awaitEvent(TelemetryEvent.ConnectionReady.class);
      memory.stall(); // as in a process that was stopped: the deadline is noticed first
      peer.send("a");
      assertThat(peer.read(1)).isEqualTo("a");
    }
  }

  @Test
  void p2ServerThatIsSlowToAskBlamesNobody() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            Thread.sleep(WINDOW.multipliedBy(3)); // what is tested is that time passes
            return super.handleConnection(socket);
          }
        };
    try (var server = new RunningServer(firstByte(), handler)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      Thread.sleep(WINDOW.multipliedBy(2)); // one byte is enough, for good
      assertThat(echo(client, "b")).isEqualTo("b");
    }
  }

  // ---- receiving

  @Test
  void p3PeerThatDripsIsTooSlow() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(receiving(), handler)) {
      var client = server.connect();
      long began = System.nanoTime();
      drip(client);
      assertThat(handler.ended()).isEqualTo("timeout new");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(WINDOW);
      assertThat(ending(server))
          .isInstanceOfSatisfying(
              Ending.TooSlow.class,
              slow -> {
                assertThat(slow.receiving()).isTrue();
                assertThat(slow.bytesPerSecond()).isBetween(1L, 60L);
              });
      server.awaitFreePlaces(); // it drips on: that makes the farewell no longer
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
    }
  }

  @Test
  void p3PeerThatDripsIntoAReceiveIsTooSlow() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.receive(1_000_000);
            throw new AssertionError("received");
          }
        };
    try (var server = new RunningServer(receiving(), handler)) {
      drip(server.connect());
      assertThat(handler.ended()).isEqualTo("timeout null");
      assertThat(ending(server)).isInstanceOf(Ending.TooSlow.class);
    }
  }

  @Test
  void p3PeerThatIsQuietOrQuickIsNotTooSlow() throws Exception {
    try (var server = new RunningServer(receiving(), new TestHandler())) {
      var quiet = server.connect();
      var quick = server.connect();
      long end = System.nanoTime() + WINDOW.multipliedBy(4).toNanos();
      while (System.nanoTime() - end < 0) {
        assertThat(echo(quick, "q".repeat(500))).isEqualTo("q".repeat(500));
        Thread.sleep(5); // to be about as quick as it must be
      }
      assertThat(server.events(TelemetryEvent.ConnectionStopped.class)).isEmpty();
      send(quiet, "q".repeat(1000));
      assertThat(read(quiet, 1000)).isEqualTo("q".repeat(1000));
    }
  }

  /** The peer waits for an answer most of the time: then it has nothing to send. */
  @Test
  void p3HandlerThatTakesItsTimeIsNotThePeersFault() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            Thread.sleep(
                WINDOW.multipliedBy(9).dividedBy(10)); // what is tested is that time passes
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(receiving(), handler)) {
      var client = server.connect();
      for (int i = 0; i < 20; i++) {
        assertThat(echo(client, "a")).isEqualTo("a");
      }
      assertThat(server.events(TelemetryEvent.ConnectionStopped.class)).isEmpty();
    }
  }

  /** Its bytes are few, and no more can come. */
  @Test
  void p3PeerThatHasClosedItsSideIsNotTooSlow() throws Exception {
    var closed = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleHalfClose(ByteBuffer rest, Socket socket, String state) {
            closed.countDown();
            return Next.proceed(state);
          }

          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.send(bytes("late"));
            return Next.close(state);
          }
        };
    try (var server = new RunningServer(receiving(), handler)) {
      var client = server.connect();
      Thread.sleep(WINDOW.dividedBy(2)); // so that the byte comes in the middle of a window
      assertThat(echo(client, "a")).isEqualTo("a");
      client.shutdownOutput();
      assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
      Thread.sleep(WINDOW.multipliedBy(3)); // what is tested is that time passes
      assertThat(handler.ref().tell("go")).isTrue();
      assertThat(Peers.readToEnd(client)).isEqualTo("late");
    }
  }

  @Test
  void p3ConnectionWithoutAHandlerBlamesNobody() throws Exception {
    try (var server = new RunningServer(receiving(), new TestHandler())) {
      var client = server.connect();
      assertThat(echo(client, "a".repeat(1000))).hasSize(1000);
      assertThat(server.node.retire(1).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      drip(client);
      Thread.sleep(WINDOW.multipliedBy(3)); // what is tested is that time passes
      over.countDown();
      server.serve(new TestHandler());
      assertThat(read(client, 3)).isEqualTo("ddd");
    }
  }

  // ---- sending

  private static java.net.Socket smallClient(RunningServer server) throws IOException {
    var client = new java.net.Socket();
    client.setReceiveBufferSize(4096);
    client.setSoTimeout(20_000);
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    return client;
  }

  /** Answers with more than the kernel holds. */
  private static class Much extends TestHandler {
    final LinkedBlockingQueue<IOException> thrown = new LinkedBlockingQueue<>();

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      data.position(data.limit());
      socket.option(StandardSocketOptions.SO_SNDBUF, 4096);
      try {
        for (int i = 0; i < 100; i++) {
          socket.send(ByteBuffer.allocate(1 << 20));
        }
      } catch (IOException e) {
        thrown.add(e);
        throw e;
      }
      return Next.proceed("sent");
    }
  }

  @Test
  void p3PeerThatTakesNothingIsTooSlow() throws Exception {
    var handler = new Much();
    var settings = AlteredSettings.of("minSendRate", 1, "rateWindow", WINDOW);
    try (var server = new RunningServer(settings, handler);
        var client = smallClient(server)) {
      send(client, "go");
      assertThat(handler.ended()).isEqualTo("timeout new");
      assertThat(handler.thrown.take()).isInstanceOf(SendTimeoutException.class);
      assertThat(ending(server)).isEqualTo(new Ending.TooSlow(false, 0));
      server.awaitFreePlaces();
    }
  }

  @Test
  void p3PeerThatTakesALittleNowAndThenIsTooSlow() throws Exception {
    var handler = new Much();
    try (var server = new RunningServer(sending(), handler);
        var client = smallClient(server)) {
      send(client, "go");
      while (handler.thrown.isEmpty()) {
        client.getInputStream().readNBytes(2000);
        Thread.sleep(10); // slow on purpose
      }
      assertThat(handler.ended()).isEqualTo("timeout new");
      assertThat(ending(server))
          .isInstanceOfSatisfying(
              Ending.TooSlow.class,
              slow -> {
                assertThat(slow.receiving()).isFalse();
                assertThat(slow.bytesPerSecond()).isBetween(1L, 1_000_000L);
              });
    }
  }

  /** Without the rate, a byte each 29 s would hold the connection as long as the peer likes. */
  @Test
  void p4FarewellOfAPeerThatTakesTooLittleEndsByForce() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            data.position(data.limit());
            return Next.close(state);
          }

          @Override
          public void handleClose(Socket socket, String state) {
            try {
              socket.option(StandardSocketOptions.SO_SNDBUF, 4096);
              socket.send(ByteBuffer.allocate(1 << 20)); // this send does not wait for the peer
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
            super.handleClose(socket, state);
          }
        };
    var settings =
        AlteredSettings.of(
            "minSendRate", 1000, "rateWindow", WINDOW, "sendTimeout", Duration.ofMinutes(1));
    try (var server = new RunningServer(settings, handler);
        var client = smallClient(server)) {
      send(client, "go");
      assertThat(handler.ended()).isEqualTo("close new");
      long began = System.nanoTime();
      server.awaitFreePlaces();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
      assertThat(ending(server)).isEqualTo(new Ending.ByUs());
      assertThat(server.events(TelemetryEvent.DrainEnded.class)).isEmpty();
    }
  }

  /** It would last for 30 s otherwise. */
  @Test
  void p4PeerThatDripsIntoTheFarewellEndsItSooner() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            socket.send(data);
            return Next.close(state);
          }
        };
    try (var server = new RunningServer(receiving(), handler)) {
      var client = server.connect();
      drip(client);
      assertThat(handler.ended()).isEqualTo("close new");
      long began = System.nanoTime();
      server.awaitFreePlaces();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }
  }

  /** The window of the rate would be over later. */
  @Test
  void h2FarewellOfAPeerThatWasTooSlowIsShort() throws Exception {
    var handler = new TestHandler();
    var settings = AlteredSettings.of("minReceiveRate", 1000, "rateWindow", Duration.ofSeconds(4));
    try (var server = new RunningServer(settings, handler)) {
      drip(server.connect());
      assertThat(handler.ended()).isEqualTo("timeout new");
      long began = System.nanoTime();
      server.awaitFreePlaces();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(3_500));
    }
  }

  // ---- changes

  @Test
  void p3RatesApplyToConnectionsThatAreThere() throws Exception {
    var usual = RunningServer.settings();
    var handler = new TestHandler();
    try (var server = new RunningServer(usual, handler)) {
      drip(server.connect());
      server.await(
          "dripped", s -> s.node.connections().stream().anyMatch(c -> c.counters().receives() > 9));
      server.node.configure(receiving());
      assertThat(handler.ended()).isEqualTo("timeout new");
    }
  }

  // ---- the read timeout, rule H5

  private static ServerSettings idleBy(PaceSettings.IdleBy idleBy) {
    return AlteredSettings.of("readTimeout", Duration.ofMillis(600), "idleBy", idleBy);
  }

  private static final class Sender extends TestHandler {
    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state)
        throws Exception {
      socket.send(bytes((String) message));
      return Next.proceed(state);
    }
  }

  /** Sends for twice the read timeout; the number of bytes that came. */
  private static int sendsFor(RunningServer server, Sender handler) throws Exception {
    var client = server.connect();
    var ref = handler.ref();
    int came = 0;
    long end = System.nanoTime() + Duration.ofMillis(1500).toNanos();
    while (System.nanoTime() - end < 0) {
      if (!ref.tell("m") || client.getInputStream().read() < 0) {
        return came;
      }
      came++;
      Thread.sleep(50); // shorter than the read timeout
    }
    return came;
  }

  @Test
  void h5SendMovesTheReadTimeoutWhereBothDirectionsCount() throws Exception {
    var handler = new Sender();
    try (var server = new RunningServer(idleBy(PaceSettings.IdleBy.BOTH), handler)) {
      assertThat(sendsFor(server, handler)).isGreaterThan(10);
      assertThat(server.events(TelemetryEvent.ConnectionStopped.class)).isEmpty();
      assertThat(handler.ended()).isEqualTo("timeout new"); // and silence still ends it
      assertThat(ending(server)).isEqualTo(new Ending.TimedOut());
    }
  }

  @Test
  void h5SendDoesNotMoveTheReadTimeoutOtherwise() throws Exception {
    var handler = new Sender();
    try (var server = new RunningServer(idleBy(PaceSettings.IdleBy.RECEIVED), handler)) {
      int unused = sendsFor(server, handler);
      assertThat(handler.further()).containsExactly("timeout new");
    }
  }

  /** The bytes wait in the connection, and the peer takes them later. */
  @Test
  void h5BytesThatThePeerTakesLaterMoveTheReadTimeoutWhereBothDirectionsCount() throws Exception {
    var settings =
        AlteredSettings.of(
            "readTimeout",
            Duration.ofMillis(500),
            "sendTimeout",
            LONG,
            "idleBy",
            PaceSettings.IdleBy.BOTH);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.option(StandardSocketOptions.SO_SNDBUF, 4096);
            socket.send(ByteBuffer.allocate(200_000));
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(settings, new TestHandler())) {
      server.serve(handler, true);
      try (var client = smallClient(server)) {
        var ref = handler.ref();
        Thread.sleep(350); // most of the read timeout
        assertThat(ref.tell("go")).isTrue();
        int left = 200_000;
        while (left > 0) {
          int got = client.getInputStream().readNBytes(Math.min(left, 10_000)).length;
          assertThat(got).isPositive();
          left -= got;
          Thread.sleep(20); // slow on purpose
        }
        long began = System.nanoTime();
        assertThat(handler.ended()).isEqualTo("timeout new");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
            .isGreaterThan(Duration.ofMillis(250));
      }
    }
  }
}
