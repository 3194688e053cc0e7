// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.readToEnd;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.bytes;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Counters;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.handler.ReadTimeoutException;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules H1 to H9; conformance rows B and K. */
@Timeout(60)
class HandlerContractTest {

  private static final Duration SHORT = Duration.ofMillis(600);

  @Test
  void b1StateOfOneCallbackReachesTheNext() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            String next = state + text(data);
            socket.send(bytes(next));
            return Next.proceed(next);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "1");
      assertThat(read(client, 4)).isEqualTo("new1");
      send(client, "2");
      assertThat(read(client, 5)).isEqualTo("new12");
      client.close();
      assertThat(handler.ended()).isEqualTo("close new12");
    }
  }

  @Test
  void b2CloseAndFailFromHandleConnection() throws Exception {
    var closing =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) {
            return Next.close("done");
          }
        };
    var failing =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) {
            return Next.fail(new IOException("no"), "failed");
          }
        };
    try (var server = new RunningServer(closing)) {
      assertThat(ended(server.connect())).isTrue();
      assertThat(closing.ended()).isEqualTo("close done");
      server.serve(failing);
      assertThat(ended(server.connect())).isTrue();
      assertThat(failing.ended()).isEqualTo("error failed");
    }
  }

  @Test
  void b2CloseAndFailFromHandleData() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            return text(data).equals("close")
                ? Next.close("closed")
                : Next.fail(new IOException("no"), "failed");
          }
        };
    try (var server = new RunningServer(handler)) {
      var one = server.connect();
      send(one, "close");
      assertThat(ended(one)).isTrue();
      assertThat(handler.ended()).isEqualTo("close closed");
      var two = server.connect();
      send(two, "fail");
      assertThat(ended(two)).isTrue();
      assertThat(handler.ended()).isEqualTo("error failed");
    }
  }

  @Test
  void b3WhatAHandlerThrowsEndsThisConnectionOnlyErrorsIncluded() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (text(data.duplicate()).equals("boom")) {
              throw new StackOverflowError("on purpose");
            }
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var other = server.connect();
      assertThat(echo(other, "a")).isEqualTo("a");
      var client = server.connect();
      send(client, "boom");
      assertThat(ended(client)).isTrue();
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors).first().isInstanceOf(StackOverflowError.class);
      assertThat(echo(other, "b")).isEqualTo("b");
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending())
          .isInstanceOfSatisfying(
              Ending.Failed.class, failed -> assertThat(failed.thrown()).isTrue());
    }
  }

  @Test
  void a5ConnectionThatCannotStartCostsOneConnection() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) {
            throw new IllegalStateException("cannot start");
          }
        };
    try (var server = new RunningServer(handler)) {
      for (int i = 0; i < 6; i++) {
        assertThat(ended(server.connect())).isTrue();
        assertThat(handler.ended()).isEqualTo("error null");
      }
      server.awaitConnections(0);
      assertThat(server.events(TelemetryEvent.Restarted.class)).isEmpty();
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class); // A6
      assertThat(stopped.ending())
          .isInstanceOfSatisfying(
              Ending.Failed.class,
              failed -> assertThat(failed.reason()).hasMessage("cannot start"));
    }
  }

  @Test
  void b4OneShotTimeoutCountsOnceAndMayBeLongerThanTheReadTimeout() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) {
            return Next.proceed("new").withReadTimeout(SHORT);
          }

          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            socket.send(data);
            return Next.proceed("later").within(SHORT.multipliedBy(4));
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      long began = System.nanoTime();
      assertThat(echo(client, "x")).isEqualTo("x");
      assertThat(handler.ended()).isEqualTo("timeout later");
      assertThat(System.nanoTime() - began).isGreaterThan(SHORT.multipliedBy(4).toNanos());
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void b4InfiniteDisablesTheTimeout() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (text(data.duplicate()).equals("a")) {
              socket.send(data);
              return Next.proceed(state).within(ReadTimeout.FOREVER);
            }
            socket.send(data);
            return Next.proceed(state).withReadTimeout(SHORT);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(echo(client, "b")).isEqualTo("b"); // "b" sets a timeout again
      assertThat(handler.ended()).isEqualTo("timeout new");
    }
  }

  @Test
  void b5b6PersistentTimeoutFiresDespiteMessagesAndSends() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            super.handleConnection(socket);
            return Next.proceed("new").withReadTimeout(SHORT.multipliedBy(2));
          }

          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.send(bytes("."));
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      var ref = handler.ref();
      assertThat(echo(client, "x")).isEqualTo("x");
      var over = new CountDownLatch(1);
      Thread.ofVirtual()
          .start(
              () -> {
                while (ref.tell("go on")) {
                  java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                }
                over.countDown();
              });
      assertThat(handler.ended()).isEqualTo("timeout new");
      assertThat(readToEnd(client)).matches("\\.+");
      over.await();
    }
  }

  @Test
  void b7ReceiveInACallbackUsesTheReadTimeoutUnlessToldOtherwise() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.send(bytes(text(socket.receive(3, ReadTimeout.FOREVER))));
            try {
              socket.receive(SHORT);
              return Next.close("got something");
            } catch (ReadTimeoutException e) {
              return Next.fail(e, "timed out");
            }
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, "abc")).isEqualTo("abc");
      assertThat(handler.ended()).isEqualTo("timeout timed out");
    }
  }

  @Test
  void b8b9TimeInHandleDataDoesNotCount() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            Thread.sleep(SHORT.multipliedBy(2)); // longer than the timeout, on purpose
            socket.send(data);
            return Next.proceed("served").withReadTimeout(SHORT);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, "x")).isEqualTo("x");
      assertThat(echo(client, "y")).isEqualTo("y");
      assertThat(handler.ended()).isEqualTo("timeout served");
    }
  }

  @Test
  void b10b12CloseByThePeerIsHeardOnceAndCountersAreExact() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, "hello")).isEqualTo("hello");
      client.close();
      assertThat(handler.ended()).isEqualTo("close new");
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.counters()).isEqualTo(new Counters(5, 1, 5, 1));
      assertThat(stopped.ending()).isEqualTo(new Ending.ByPeer());
      server.awaitConnections(0);
      assertThat(handler.further()).isEmpty();
      assertThat(server.events(TelemetryEvent.ConnectionStarted.class)).hasSize(1); // K4
      assertThat(server.events(TelemetryEvent.ConnectionStopped.class)).hasSize(1);
      assertThat(server.events(TelemetryEvent.Received.class).getFirst().bytes()).isEqualTo(5);
      assertThat(server.events(TelemetryEvent.Sent.class).getFirst().bytes()).isEqualTo(5); // K3
    }
  }

  @Test
  void b12CountersAreExactOnErrorOnTimeoutAndOnOurClose() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            String what = text(data.duplicate());
            socket.send(data);
            return switch (what) {
              case "close" -> Next.close(what);
              case "error" -> throw new IOException(what);
              default -> Next.proceed(what).withReadTimeout(SHORT);
            };
          }
        };
    try (var server = new RunningServer(handler)) {
      for (String way : new String[] {"close", "error", "timed"}) {
        var client = server.connect();
        assertThat(echo(client, way)).isEqualTo(way);
        handler.ended();
      }
      server.awaitConnections(0);
      assertThat(server.events(TelemetryEvent.ConnectionStopped.class))
          .hasSize(3)
          .allSatisfy(e -> assertThat(e.counters()).isEqualTo(new Counters(5, 1, 5, 1)));
    }
  }

  @Test
  void b13BetterHandlerServesNewConnectionsOnly() throws Exception {
    var shout =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            socket.send(bytes(text(data).toUpperCase(java.util.Locale.ROOT)));
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(new TestHandler())) {
      var old = server.connect();
      assertThat(echo(old, "a")).isEqualTo("a");
      server.serve(shout);
      assertThat(echo(server.connect(), "a")).isEqualTo("A");
      assertThat(echo(old, "b")).isEqualTo("b");
    }
  }

  @Test
  void k1ReceiveTakesExactlyWhatItIsAskedFor() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            String first = text(socket.receive(2));
            String second = text(socket.receive(3));
            String rest = text(socket.receive());
            socket.send(bytes(first + "|"), bytes(second + "|"), bytes(rest));
            return Next.close("done");
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "abcdefg");
      assertThat(readToEnd(client)).isEqualTo("ab|cde|fg");
    }
  }

  @Test
  void k2CloseByTheHandlerEndsItForBothSides() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            data.position(data.limit());
            socket.close();
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "x");
      assertThat(ended(client)).isTrue();
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }

  @Test
  void h2LastWordsArriveThoughThePeerSentMoreThanWasRead() throws Exception {
    var allSent = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            allSent.await();
            socket.send(bytes("bye"));
            return Next.close(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      client.getOutputStream().write(new byte[100_000]); // more than one read takes
      allSent.countDown();
      assertThat(readToEnd(client)).isEqualTo("bye"); // no reset comes
    }
  }

  @Test
  void h7MailboxIsBoundedAndUnhandledMessagesAreDroppedWithAnEvent() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      var ref = handler.ref();
      assertThat(ref.tell("nobody handles this")).isTrue();
      assertThat(server.awaitEvent(TelemetryEvent.MessageDropped.class).type())
          .isEqualTo("java.lang.String");
      assertThat(echo(client, "alive")).isEqualTo("alive");
      ref.close();
      assertThat(handler.ended()).isEqualTo("close new");
      assertThat(ended(client)).isTrue();
      server.awaitConnections(0);
      assertThat(ref.tell("late")).isFalse();
      assertThat(ref.open()).isFalse();
    }
  }

  @Test
  void bytesLeftUnreadComeAgainInFrontOfThoseThatArriveNext() throws Exception {
    var lines =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            for (int i = data.position(); i < data.limit(); i++) {
              if (data.get(i) == '\n') {
                ByteBuffer line = data.slice(data.position(), i + 1 - data.position());
                data.position(i + 1);
                socket.send(line);
              }
            }
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(lines)) {
      var client = server.connect();
      String big = "x".repeat(100_000);
      send(client, "one\ntw");
      assertThat(read(client, 4)).isEqualTo("one\n");
      send(client, "o\n" + big);
      assertThat(read(client, 4)).isEqualTo("two\n");
      send(client, "\n");
      assertThat(read(client, big.length() + 1)).isEqualTo(big + "\n");
    }
  }
}
