// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import io.thousandisland.runtime.configuration.SettingsReader;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.server.ConnectionInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Connections as other code sees them: found by number, told messages, and their options. */
@Timeout(60)
class FromOutsideTest {

  /** Sends each message back, and asks for no reference of its own. */
  private static class Told extends TestHandler {
    @Override
    public Next<String> handleConnection(Socket socket) {
      return Next.proceed("new");
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state)
        throws Exception {
      socket.send(message.toString());
      return Next.proceed(state);
    }
  }

  @Test
  void connectionIsFoundByItsNumberAndToldThoughItsHandlerGaveNoReferenceAway() throws Exception {
    try (var server = new RunningServer(new Told())) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      long id = server.node.connections().getFirst().id();
      SocketRef ref = server.node.connection(id).orElseThrow();
      assertThat(ref.id()).isEqualTo(id);
      assertThat(ref.tell("hello")).isTrue();
      assertThat(read(client, 5)).isEqualTo("hello");
      assertThat(server.node.connection(id + 1)).isEmpty();
      ref.close();
      assertThat(Peers.ended(client)).isTrue();
      server.awaitConnections(0);
      assertThat(server.node.connection(id)).isEmpty();
      assertThat(ref.open() || ref.tell("late")).isFalse();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void acceptedSocketsHaveTheOptionsOfTheConfiguration() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            data.position(data.limit());
            socket.send(
                "%d %d %d"
                    .formatted(
                        socket.option(ExtendedSocketOptions.TCP_KEEPIDLE),
                        socket.option(ExtendedSocketOptions.TCP_KEEPINTERVAL),
                        socket.option(ExtendedSocketOptions.TCP_KEEPCOUNT)));
            return Next.proceed(state);
          }
        };
    var settings =
        SettingsReader.read(
            Map.of(
                "name", "test",
                "port", 0,
                "drainTimeout", "0s",
                "socketOptions", "TCP_KEEPIDLE=31, TCP_KEEPINTERVAL=7, TCP_KEEPCOUNT=5"));
    try (var server = new RunningServer(settings, handler)) {
      var client = server.connect();
      send(client, "?");
      assertThat(read(client, 6)).isEqualTo("31 7 5");
    }
  }

  // ---- lists

  @Test
  void listShowsLabelIdleTimeUnreadAndUnsentBytesAndTheDeadline() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            socket.label("ann");
            if (data.get(data.position()) == 'u') {
              return Next.proceed(state); // leaves all unread
            }
            data.position(data.limit());
            socket.send(new byte[32 << 20]);
            return Next.proceed(state);
          }
        };
    BufferSettings buffers = RunningServer.settings().buffers();
    var roomy =
        RunningServer.settings()
            .with(
                new BufferSettings(
                    buffers.read(), buffers.unreadLimit(), 64 << 20, buffers.mailbox()));
    try (var server = new RunningServer(roomy, handler)) {
      var client = server.connect();
      server.awaitConnections(1);
      send(client, "unread");
      server.await("unread bytes", s -> s.node.connections().getFirst().unread() == 6);
      ConnectionInfo first = server.node.connections().getFirst();
      assertThat(first.label()).isEqualTo("ann");
      assertThat(first.unsent()).isZero();
      assertThat(first.deadline().orElseThrow())
          .isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
      server.await(
          "it is idle",
          s -> s.node.connections().getFirst().idle().compareTo(Duration.ofMillis(300)) > 0);
      var sending = server.connect();
      server.awaitConnections(2);
      long id = server.node.connections().getLast().id();
      send(sending, "s");
      assertThat(sending.getInputStream().read()).isZero();
      if (RunningServer.NONBLOCKING) { // else the callback waits for the peer itself
        server.await("unsent bytes", s -> s.node.connections().getLast().unsent() > 0);
      }
      server.node.connection(id).orElseThrow().close();
      assertThat(echoed(sending)).isEqualTo((32 << 20) - 1);
    }
  }

  /** Works until it is released, and then waits for a byte more. */
  private static final class Working extends TestHandler {
    final CountDownLatch works = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      data.position(data.limit());
      works.countDown();
      release.await();
      socket.receive(1, Duration.ofSeconds(500));
      return Next.proceed(state);
    }
  }

  @Test
  void connectionWhoseCallbackWorksIsNotIdleAndHasNoDeadline() throws Exception {
    var handler = new Working();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      server.await("it waits", s -> !s.node.connections().isEmpty() && deadline(s) > 50);
      send(client, "x");
      handler.works.await();
      ConnectionInfo working = server.node.connections().getFirst();
      assertThat(working.deadline()).isEmpty();
      assertThat(working.idle()).isZero();
      handler.release.countDown();
      server.await("it waits in its callback", s -> deadline(s) > 400);
      server.await(
          "it is idle", s -> s.node.connections().getFirst().idle().compareTo(Duration.ZERO) > 0);
    }
  }

  /** In seconds; 0 without one. */
  private static long deadline(RunningServer server) {
    return server.node.connections().getFirst().deadline().map(Duration::toSeconds).orElse(0L);
  }

  private static long echoed(java.net.Socket client) throws java.io.IOException {
    return client.getInputStream().readAllBytes().length;
  }

  // ---- messages at scale

  /** A thread for each message would be a virtual one. */
  @Test
  void messagesToManyConnectionsOfAHandlerThatDoesNotBlockRunOnThePollersThreads()
      throws Exception {
    int clients = 500;
    var threads = ConcurrentHashMap.<String>newKeySet();
    var virtual = new AtomicInteger();
    var handled = new CountDownLatch(clients);
    var handler =
        new Told() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state) {
            threads.add(Thread.currentThread().getName());
            virtual.addAndGet(Thread.currentThread().isVirtual() ? 1 : 0);
            handled.countDown();
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      server.node.retire(1).join();
      server.serve(handler, true);
      for (int i = 0; i < clients; i++) {
        assertThat(echo(server.connect(), "a")).isEqualTo("a");
      }
      for (ConnectionInfo each : server.node.connections()) {
        assertThat(server.node.connection(each.id()).orElseThrow().tell("x")).isTrue();
      }
      assertThat(handled.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(virtual).hasValue(0);
      assertThat(threads.size()).isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    }
  }

  // ---- fairness

  /** Tells itself the next message at once, without end. */
  private static final class Flooded extends Told {
    final AtomicInteger messages = new AtomicInteger();
    final AtomicBoolean over = new AtomicBoolean();

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state) {
      messages.incrementAndGet();
      if (!over.get()) {
        socket.ref().tell(message);
      }
      return Next.proceed(state);
    }
  }

  @Test
  void connectionThatIsFloodedWithMessagesStillReadsAndOthersAreServed() throws Exception {
    var handler = new Flooded();
    try (var server = new RunningServer(handler)) {
      var flooded = server.connect();
      assertThat(echo(flooded, "a")).isEqualTo("a");
      long id = server.node.connections().getFirst().id();
      server.node.connection(id).orElseThrow().tell("again");
      var other = server.connect();
      for (int i = 0; i < 20; i++) {
        int before = handler.messages.get();
        assertThat(echo(flooded, "b") + echo(other, "c")).isEqualTo("bc");
        server.await("messages go on", s -> handler.messages.get() > before);
      }
      handler.over.set(true);
    }
  }

  /** More of them than there are threads: each of them alone would keep its thread for good. */
  @Test
  void x9ConnectionsThatAreFloodedWithMessagesKeepNobodyFromBeingServed() throws Exception {
    var handler = new Flooded();
    int floods = 4 * Runtime.getRuntime().availableProcessors();
    try (var server = new RunningServer(handler)) {
      for (int i = 0; i < floods; i++) {
        assertThat(echo(server.connect(), "a")).isEqualTo("a");
      }
      for (ConnectionInfo each : server.node.connections()) {
        assertThat(server.node.connection(each.id()).orElseThrow().tell("again")).isTrue();
      }
      server.await("floods", s -> handler.messages.get() > 1_000);
      long began = System.nanoTime();
      var other = server.connect();
      for (int i = 0; i < 200; i++) {
        assertThat(echo(other, "c")).isEqualTo("c");
      }
      long took = System.nanoTime() - began;
      int messages = handler.messages.get();
      server.await("messages go on", s -> handler.messages.get() > messages);
      System.out.println(
          "beside %d floods of messages: %d µs for an echo"
              .formatted(floods, TimeUnit.NANOSECONDS.toMicros(took / 200)));
      handler.over.set(true);
    }
  }

  @Test
  void connectionThatIsFloodedWithDataStillGetsItsMessages() throws Exception {
    var told = new AtomicInteger();
    var handler =
        new Told() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            data.position(data.limit());
            return Next.proceed(state);
          }

          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state) {
            told.incrementAndGet();
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var flooding = server.connect();
      var over = new AtomicBoolean();
      Thread flood =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      var bytes = new byte[1 << 16];
                      while (!over.get()) {
                        flooding.getOutputStream().write(bytes);
                      }
                    } catch (java.io.IOException closed) {
                      // the server ends
                    }
                  });
      server.awaitConnections(1);
      SocketRef ref =
          server.node.connection(server.node.connections().getFirst().id()).orElseThrow();
      for (int i = 1; i <= 50; i++) {
        int count = i;
        assertThat(ref.tell("x")).isTrue();
        server.await("message " + i, s -> told.get() == count);
      }
      over.set(true);
      flood.join();
    }
  }
}
