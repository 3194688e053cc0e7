// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.readToEnd;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Counters;
import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several sends of one callback, which go out together when the handler promised not to block. */
@Timeout(60)
class GatheredSendsTest {

  /** Replies to each line by a send of its own. */
  private static class Lines extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      for (String line = next(data); line != null; line = next(data)) {
        reply(line, socket);
      }
      return Next.proceed(state);
    }

    private static @Nullable String next(ByteBuffer data) throws IOException {
      return Framing.line(data, 100);
    }

    void reply(String line, Socket socket) throws Exception {
      socket.send(line + "\n");
    }
  }

  private static String lines(int count) {
    return IntStream.range(0, count).mapToObj(i -> i + "\n").collect(Collectors.joining());
  }

  private static RunningServer serving(ServerSettings settings, TestHandler handler) {
    var server = new RunningServer(settings, handler);
    server.node.retire(1).join();
    server.serve(handler, true);
    return server;
  }

  private static RunningServer serving(TestHandler handler) {
    return serving(RunningServer.settings(), handler);
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrderByTwoWrites() throws Exception {
    try (var server = serving(new Lines())) {
      var client = server.connect();
      String asked = lines(50);
      send(client, asked);
      assertThat(read(client, asked.length())).isEqualTo(asked);
      client.close();
      Counters counters = server.awaitEvent(TelemetryEvent.ConnectionStopped.class).counters();
      assertThat(counters.bytesSent()).isEqualTo(asked.length());
      assertThat(counters.sends()).isEqualTo(50);
      var sent = server.events(TelemetryEvent.Sent.class);
      long pieces = server.events(TelemetryEvent.Received.class).size();
      assertThat(sent.size()).isLessThanOrEqualTo((int) (2 * pieces));
      assertThat(sent.stream().mapToLong(TelemetryEvent.Sent::bytes).sum())
          .isEqualTo(asked.length());
    }
  }

  @Test
  void handlerThatMayBlockSendsEverythingAtOnce() throws Exception {
    var seen = new CountDownLatch(1);
    var handler =
        new Lines() {
          @Override
          void reply(String line, Socket socket) throws Exception {
            super.reply(line, socket);
            if (line.equals("2")) {
              assertThat(seen.await(20, TimeUnit.SECONDS)).isTrue();
            }
          }
        };
    try (var server = new RunningServer(handler)) {
      server.node.retire(1).join();
      server.serve(handler, false);
      var client = server.connect();
      send(client, lines(3));
      assertThat(read(client, 6)).isEqualTo(lines(3)); // while the callback waits
      seen.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4096, 4097, 20_000, 300_000})
  void sendsOfAnySizeKeepTheirOrderThoughThePeerIsSlow(int largest) throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            data.position(data.limit());
            var random = new Random(largest);
            for (int i = 0; i < 200; i++) {
              byte[] bytes = new byte[random.nextInt(largest) + 1];
              random.nextBytes(bytes);
              if (i % 7 == 0) {
                socket.send(
                    ByteBuffer.wrap(bytes, 0, 1), ByteBuffer.wrap(bytes, 1, bytes.length - 1));
              } else {
                socket.send(bytes);
              }
            }
            return Next.close(state);
          }
        };
    var expected = new ByteArrayOutputStream();
    var random = new Random(largest);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = new byte[random.nextInt(largest) + 1];
      random.nextBytes(bytes);
      expected.write(bytes);
    }
    try (var server = serving(handler)) {
      var client = server.connect();
      send(client, "?");
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(expected.toByteArray());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"receive", "half-close", "close", "throw", "fail", "wait"})
  void gatheredBytesLeaveBeforeAnythingElseHappens(String what) throws Exception {
    var handler =
        new Lines() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            Next<String> next = super.handleData(data, socket, state);
            switch (what) {
              case "receive" -> socket.send(socket.receive(1)); // the peer waits for the replies
              case "half-close" -> socket.shutdownOutput();
              case "close" -> socket.close();
              case "throw" -> throw new IllegalStateException("on purpose");
              case "fail" -> {
                return Next.fail(new IOException("on purpose"), state);
              }
              default -> {}
            }
            return next;
          }
        };
    try (var server = serving(handler)) {
      var client = server.connect();
      String asked = lines(30);
      send(client, asked);
      assertThat(read(client, asked.length())).isEqualTo(asked);
      if (what.equals("receive")) {
        assertThat(Peers.echo(client, "x")).isEqualTo("x");
      } else if (!what.equals("wait")) {
        client.shutdownOutput();
        assertThat(readToEnd(client)).isEmpty();
      }
    }
  }

  @Test
  void messageThatTheHandlerDoesNotTakeStillLetsItsSendsOut() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.send("a");
            socket.send("b");
            return super.handleMessage(message, socket, state);
          }
        };
    try (var server = serving(handler)) {
      var client = server.connect();
      handler.ref().tell("?");
      assertThat(read(client, 2)).isEqualTo("ab");
    }
  }

  @Test
  void moreThanTheUnsentLimitIsNotGathered() throws Exception {
    var settings = RunningServer.settings();
    BufferSettings b = settings.buffers();
    var little = settings.with(new BufferSettings(b.read(), b.unreadLimit(), 10, b.mailbox()));
    try (var server = serving(little, new Lines())) {
      var client = server.connect();
      String asked = lines(500);
      send(client, asked);
      assertThat(read(client, asked.length())).isEqualTo(asked);
    }
  }

  @Test
  void gatheredBytesComeBeforeThoseOfTheNextHandler() throws Exception {
    var busy = new CountDownLatch(1);
    var moved = new CountDownLatch(1);
    var handler =
        new Lines() {
          @Override
          void reply(String line, Socket socket) throws Exception {
            super.reply(line, socket);
            if (line.equals("29")) {
              busy.countDown();
              assertThat(moved.await(20, TimeUnit.SECONDS)).isTrue();
            }
          }
        };
    try (var server = serving(handler)) {
      var client = server.connect();
      String asked = lines(30);
      client.getOutputStream().write((asked + "more").getBytes(StandardCharsets.UTF_8));
      assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
      var gone = server.node.retire(2);
      server.serve(new TestHandler(), true);
      moved.countDown();
      gone.get(20, TimeUnit.SECONDS);
      send(client, "!");
      assertThat(read(client, asked.length() + 5)).isEqualTo(asked + "more!");
    }
  }

  @Test
  void h6TimeOfTheCallbackDoesNotCountAgainstThePeer() throws Exception {
    var tried = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            data.position(data.limit());
            socket.send(new byte[MemoryPipe.CAPACITY]); // now there is no room
            socket.send("gathered");
            socket.ref().tell("tried");
            Thread.sleep(300); // until the send timeout is over
            return Next.proceed(state);
          }

          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state) {
            tried.countDown();
            return Next.proceed(state);
          }
        };
    try (var transport = new MemoryTransport();
        var server =
            new RunningServer(
                AlteredSettings.of("sendTimeout", Duration.ofMillis(200)), transport, handler)) {
      server.node.retire(1).join();
      server.serve(handler, true);
      try (var peer = transport.connect(server.port())) {
        peer.send("?".getBytes(StandardCharsets.UTF_8));
        assertThat(tried.await(20, TimeUnit.SECONDS)).isTrue();
        peer.receive(MemoryPipe.CAPACITY);
        assertThat(peer.receive(8)).isEqualTo("gathered".getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
