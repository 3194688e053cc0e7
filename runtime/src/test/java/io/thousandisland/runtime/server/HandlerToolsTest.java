// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.readToEnd;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Delayed;
import io.thousandisland.handler.FrameTooLongException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The methods that a socket has beside plain sends and receives. */
@Timeout(60)
class HandlerToolsTest {

  private static final byte[] CRLF = {'\r', '\n'};

  // ---- text and bytes

  @Test
  void textIsSentAsUtf8AndBytesAsTheyAre() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.send("grüß");
            socket.send("");
            socket.send(new byte[] {'!', '\n'});
            return Next.close("sent");
          }
        };
    try (var server = new RunningServer(handler)) {
      assertThat(readToEnd(server.connect())).isEqualTo("grüß!\n");
    }
  }

  // ---- receiveUntil

  /** Receives until CRLF, and echoes in brackets; at END it returns, and handleData echoes. */
  private static class Receiving extends TestHandler {
    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      for (; ; ) {
        String line = text(socket.receiveUntil(CRLF, 8));
        if (line.equals("END")) {
          return Next.proceed("received");
        }
        socket.send("[" + line + "]");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100})
  void receiveUntilTakesTheDelimiterAndNoByteMoreInWhateverPiecesTheyArrive(int size)
      throws Exception {
    try (var server = new RunningServer(new Receiving())) {
      var client = server.connect();
      String stream = "ab\r\n\r\n\r\r\n12345678\r\nEND\r\nrest\r\n";
      for (int at = 0; at < stream.length(); at += size) {
        send(client, stream.substring(at, Math.min(stream.length(), at + size)));
      }
      assertThat(read(client, 24)).isEqualTo("[ab][][\r][12345678]rest\r");
      assertThat(echo(client, "\n")).isEqualTo("\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"123456789\r\n", "1234567890", "123456789"})
  void receiveUntilEndsAFrameThatIsTooLong(String sent) throws Exception {
    var handler = new Receiving();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, sent + (sent.length() == 9 ? "0" : ""));
      assertThat(handler.ended()).isEqualTo("error null");
      assertThat(handler.errors.take())
          .isInstanceOf(FrameTooLongException.class)
          .hasMessageContaining("8 bytes");
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void receiveUntilInsideACallbackLeavesTheRestToTheNextCallback() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (data.get(data.position()) != '?') {
              return super.handleData(data, socket, state);
            }
            data.position(data.limit());
            socket.send("?");
            socket.send(socket.receiveUntil(CRLF, 100));
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, "?")).isEqualTo("?");
      send(client, "a\r\nb"); // "b" comes without a further byte of the peer
      assertThat(read(client, 2)).isEqualTo("ab");
    }
  }

  @Test
  void receiveUntilTakesWhatAnEarlierCallbackHasLeft() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (state.equals("new")) {
              socket.ref().tell("go on");
              return Next.proceed("told"); // leaves all bytes
            }
            return super.handleData(data, socket, state);
          }

          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.send(socket.receiveUntil(CRLF, 100));
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "left\r\nmore");
      assertThat(read(client, 8)).isEqualTo("leftmore");
    }
  }

  /** Leaves all bytes until it gets a message; then it counts the lines. */
  private static class Counting extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      if (data.get(data.limit() - 1) == '!') {
        socket.ref().tell("count");
      }
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state)
        throws Exception {
      int lines = 0;
      for (var line = ByteBuffer.allocate(0); !text(line).equals("end"); lines++) {
        line = socket.receiveUntil(CRLF, 1 << 20);
      }
      socket.send(lines + "\n");
      return Next.proceed(state);
    }
  }

  @Test
  void receiveUntilLooksAtEachByteOnceHoweverManyAreUnread() throws Exception {
    try (var server = new RunningServer(new Counting())) {
      var client = server.connect();
      client.setSoTimeout(10_000); // less than it takes to move all bytes behind each line
      send(client, "1\r\n".repeat(330_000) + "end\r\n!");
      assertThat(line(client)).isEqualTo("330001");
    }
  }

  // ---- tellLater

  private static class Telling extends TestHandler {
    final CompletableFuture<Delayed> kept = new CompletableFuture<>();

    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      socket.tellLater(Duration.ofMillis(60), "3");
      kept.complete(socket.tellLater(Duration.ofMillis(30), "cancelled"));
      socket.tellLater(Duration.ZERO, "1");
      socket.tellLater(Duration.ZERO, "2");
      kept.get().cancel();
      return super.handleConnection(socket);
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state)
        throws Exception {
      socket.send((String) message);
      return Next.proceed(state);
    }
  }

  @Test
  void delayedMessagesComeInTheOrderOfTheirTimesAndCancelledOnesDoNot() throws Exception {
    var handler = new Telling();
    long began = System.nanoTime();
    try (var server = new RunningServer(handler)) {
      assertThat(read(server.connect(), 3)).isEqualTo("123");
      assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(60));
      assertThat(handler.kept.get().cancel()).isFalse();
    }
  }

  @Test
  void delayedMessageDoesNotMoveTheReadTimeout() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.tellLater(Duration.ofMillis(20), message);
            return Next.proceed(state);
          }

          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.tellLater(Duration.ZERO, "again and again");
            return super.handleConnection(socket);
          }
        };
    var settings = RunningServer.settings();
    var brief = settings.with(settings.timeouts().withRead(Duration.ofMillis(300)));
    try (var server = new RunningServer(brief, handler)) {
      server.connect();
      assertThat(handler.ended()).isEqualTo("timeout new");
    }
  }

  @Test
  void delayedMessagesGoAlongWhenTheConnectionMoves() throws Exception {
    var before =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            socket.tellLater(Duration.ofMillis(300), "of the JDK");
            socket.tellLater(Duration.ofMillis(300), List.of(foreign()));
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(before)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      var gone = server.node.retire(1);
      server.serve(new Telling());
      gone.get(20, TimeUnit.SECONDS);
      assertThat(read(client, 10)).isEqualTo("of the JDK");
      assertThat(server.awaitEvent(TelemetryEvent.MessageDropped.class).type())
          .isEqualTo(List.of("").getClass().getName());
    }
  }

  /** An object whose class belongs to a bundle. */
  private static Object foreign() {
    var bundle = new ClassLoader(HandlerToolsTest.class.getClassLoader()) {};
    Class<?>[] types = {Runnable.class};
    return Proxy.newProxyInstance(bundle, types, (proxy, method, args) -> null);
  }

  @Test
  void moreDelayedMessagesThanTheMailboxHoldsAreRefused() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            for (int i = 0; i < 3; i++) {
              socket.tellLater(Duration.ofDays(1), "later");
            }
            return super.handleConnection(socket);
          }
        };
    var settings = RunningServer.settings();
    BufferSettings b = settings.buffers();
    var two = settings.with(new BufferSettings(b.read(), b.unreadLimit(), b.unsentLimit(), 2));
    try (var server = new RunningServer(two, handler)) {
      server.connect();
      assertThat(handler.ended()).isEqualTo("error null");
      assertThat(handler.errors.take())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("allowed: 2 (mailboxSize)");
    }
  }

  @Test
  void delayedMessageKeepsNoConnectionFromItsEnd() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.tellLater(Duration.ofHours(1), "never");
            return super.handleConnection(socket);
          }
        };
    var settings = RunningServer.settings();
    var advising =
        settings.with(settings.timeouts().withDrain(Duration.ofMinutes(10), Duration.ZERO));
    try (var server = new RunningServer(advising, handler)) {
      echo(server.connect(), "a");
      assertThat(server.node.drain().result().get(20, TimeUnit.SECONDS).graceful()).isEqualTo(1);
      assertThat(handler.ended()).isEqualTo("shutdown new");
    }
  }

  // ---- label

  private static class Labelling extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      socket.label(text(data));
      socket.send(socket.label() + "|" + Thread.currentThread().getName() + "\n");
      return Next.proceed(state);
    }
  }

  private static String line(java.net.Socket client) throws IOException {
    var line = new StringBuilder();
    for (int next = client.getInputStream().read(); next != '\n'; ) {
      line.append((char) next);
      next = client.getInputStream().read();
    }
    return line.toString();
  }

  @Test
  void labelIsShownInEventsAndInTheNameOfTheThread() throws Exception {
    var handler = new Labelling();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "ann");
      String[] labelAndThread = line(client).split("\\|");
      assertThat(labelAndThread[0]).isEqualTo("ann");
      if (!RunningServer.NONBLOCKING) { // else the thread is its poller's
        assertThat(labelAndThread[1]).isEqualTo("test connection 1 ann");
      }
      client.close();
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()).isEqualTo(new Ending.ByPeer());
      assertThat(stopped.span().label()).isEqualTo("ann");
    }
  }

  @Test
  void labelOutlivesAMove() throws Exception {
    try (var server = new RunningServer(new Labelling())) {
      var client = server.connect();
      send(client, "ann");
      line(client);
      var gone = server.node.retire(1);
      server.serve(new TestHandler());
      gone.get(20, TimeUnit.SECONDS);
      assertThat(echo(client, "moved")).isEqualTo("moved");
      client.close();
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).span().label())
          .isEqualTo("ann");
    }
  }

  @Test
  void labelOfAnotherThreadIsRefused() throws Exception {
    var socket = new CompletableFuture<Socket>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket its) throws Exception {
            socket.complete(its);
            return super.handleConnection(its);
          }
        };
    try (var server = new RunningServer(handler)) {
      server.connect();
      Socket its = socket.get(20, TimeUnit.SECONDS);
      assertThatThrownBy(() -> its.label("x")).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> its.tellLater(Duration.ZERO, "x"))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> its.receiveUntil(CRLF, 1)).isInstanceOf(IllegalStateException.class);
    }
  }

  // ---- the server

  @Test
  void handlerSeesTheOptionsOfItsServerAsTheyChange() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            data.position(data.limit());
            socket.send(socket.server().name() + socket.server().option("a").orElse("-"));
            return Next.proceed(state);
          }
        };
    var settings = RunningServer.settings();
    try (var server = new RunningServer(settings.with(Map.of("a", "1")), handler)) {
      var client = server.connect();
      send(client, "?");
      assertThat(read(client, 5)).isEqualTo("test1");
      assertThat(server.node.configure(settings.with(Map.of("a", "2", "b", "x")))).isEmpty();
      send(client, "?");
      assertThat(read(client, 5)).isEqualTo("test2");
      assertThat(server.node.configure(settings)).isEmpty();
      send(client, "?");
      assertThat(read(client, 5)).isEqualTo("test-");
    }
  }
}
