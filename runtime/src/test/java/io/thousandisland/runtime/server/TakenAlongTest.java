// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule W5: the things that a connection takes along to its next handler, whether that handler is
 * there already or comes later.
 */
@Timeout(60)
class TakenAlongTest {

  /**
   * Remembers its messages and advice, and carries on. The word "wait" is answered after {@code
   * goOn}.
   */
  private static class Listening extends TestHandler.Staying {
    final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<String> advice = new LinkedBlockingQueue<>();
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      if (text(data.duplicate()).equals("wait")) {
        inside.countDown();
        goOn.await();
      }
      return super.handleData(data, socket, state);
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state) {
      messages.add(message);
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleDrain(Socket socket, String state) throws Exception {
      advice.add("advised");
      return super.handleDrain(socket, state);
    }

    Object message() throws InterruptedException {
      Object message = messages.poll(20, TimeUnit.SECONDS);
      return message == null ? "nothing" : message;
    }

    void awaitAdvice() throws InterruptedException {
      assertThat(advice.poll(20, TimeUnit.SECONDS)).isEqualTo("advised");
    }
  }

  private static final ServerSettings PATIENT =
      AlteredSettings.of(
          "drainTimeout", Duration.ofSeconds(40), "shutdownTimeout", Duration.ofSeconds(40));

  private final Listening old = new Listening();
  private final Listening next = new Listening();

  /** A server with one connection, in the old handler; closed quickly. */
  private final class Served implements AutoCloseable {
    final RunningServer server = new RunningServer(PATIENT, old);
    final java.net.Socket client = server.connect();
    final SocketRef ref;

    Served() throws Exception {
      assertThat(echo(client, "a")).isEqualTo("a");
      ref = old.ref();
    }

    void keepBusy() throws Exception {
      send(client, "wait");
      old.inside.await();
    }

    /** Retires the old handler; returns when its busy connection has been asked to move. */
    CompletableFuture<Drained> retireWhileBusy() {
      var retired = server.node.retire(1);
      Drain drain = server.node.drains().getLast();
      drain.cutShort(); // ends the time to migrate: all have been asked by then, and are advised
      server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);
      return retired;
    }

    void goOn(CompletableFuture<Drained> retired) throws Exception {
      old.goOn.countDown();
      assertThat(retired.get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      assertThat(read(client, 4)).isEqualTo("wait");
    }

    void retire() throws Exception {
      assertThat(server.node.retire(1).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
    }

    void serveNext(boolean really) {
      if (really) {
        server.serve(next);
      }
    }

    Drain drain() {
      return server.node.drainConnection(ref.id());
    }

    @Override
    public void close() throws Exception {
      client.close();
      server.node.configure(RunningServer.settings());
      server.close();
    }
  }

  // ---- messages

  /** An object whose class belongs to a bundle. */
  private static Runnable foreign() {
    var bundle = new ClassLoader(TakenAlongTest.class.getClassLoader()) {};
    Class<?>[] types = {Runnable.class};
    return (Runnable) Proxy.newProxyInstance(bundle, types, (proxy, method, args) -> null);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void w5MessagesToldBeforeTheMoveComeToTheNextHandlerInTheirOrder(boolean successor)
      throws Exception {
    try (var served = new Served()) {
      served.serveNext(successor);
      served.keepBusy();
      assertThat(served.ref.tell("one")).isTrue();
      assertThat(served.ref.tell(2)).isTrue();
      assertThat(served.ref.tell(List.of("three"))).isTrue();
      served.goOn(served.retireWhileBusy());
      served.serveNext(!successor);
      assertThat(next.message()).isEqualTo("one");
      assertThat(next.message()).isEqualTo(2);
      assertThat(next.message()).isEqualTo(List.of("three"));
      assertThat(echo(served.client, "b")).isEqualTo("b");
      assertThat(next.messages).isEmpty();
      assertThat(old.messages).isEmpty();
    }
  }

  @Test
  void w5MessageToldWhileThereIsNoHandlerComesToTheNextOne() throws Exception {
    try (var served = new Served()) {
      served.retire();
      assertThat(served.ref.tell("one")).isTrue();
      assertThat(served.ref.tell("two")).isTrue();
      served.serveNext(true);
      assertThat(next.message()).isEqualTo("one");
      assertThat(next.message()).isEqualTo("two");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void w5MessagesOfTypesOfABundleAreLeftBehindAndForgotten(boolean successor) throws Exception {
    try (var served = new Served()) {
      served.serveNext(successor);
      served.keepBusy();
      Runnable itself = foreign();
      Runnable inside = foreign();
      String type = itself.getClass().getName();
      var forgotten = List.of(new WeakReference<>(itself), new WeakReference<>(inside));
      served.ref.tell(itself);
      served.ref.tell("one");
      served.ref.tell(List.of(inside));
      served.ref.tell("two");
      itself = null;
      inside = null;
      served.goOn(served.retireWhileBusy());
      for (WeakReference<?> each : forgotten) {
        Forgotten.await(each);
      }
      served.serveNext(!successor);
      assertThat(next.message()).isEqualTo("one");
      assertThat(next.message()).isEqualTo("two");
      assertThat(served.server.events(TelemetryEvent.MessageDropped.class))
          .extracting(TelemetryEvent.MessageDropped::type)
          .hasSize(2)
          .contains(type);
    }
  }

  // ---- advice

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void w5AdviceGivenTogetherWithTheMoveIsHeardByTheNextHandler(boolean successor) throws Exception {
    try (var served = new Served()) {
      served.serveNext(successor);
      served.keepBusy();
      Drain drain = served.drain();
      served.server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);
      served.goOn(served.retireWhileBusy());
      served.serveNext(!successor);
      next.awaitAdvice();
      assertThat(echo(served.client, "b")).isEqualTo("b");
      assertThat(next.advice).as("once is enough").isEmpty();
      assertThat(old.advice).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void w5AdviceThatTheOldHandlerDidNotFollowIsRepeatedToTheNext(boolean successor)
      throws Exception {
    try (var served = new Served()) {
      served.serveNext(successor);
      Drain unused = served.drain();
      old.awaitAdvice();
      served.retire();
      served.serveNext(!successor);
      next.awaitAdvice();
      assertThat(echo(served.client, "b")).isEqualTo("b"); // the next handler does not follow it
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void w5NextHandlerIsNotAdvisedToFinishForTheSakeOfTheOldOne(boolean successor) throws Exception {
    try (var served = new Served()) {
      served.serveNext(successor);
      served.keepBusy();
      served.goOn(served.retireWhileBusy());
      served.serveNext(!successor);
      assertThat(echo(served.client, "b")).isEqualTo("b");
      assertThat(next.advice).isEmpty();
      assertThat(next.further()).isEmpty();
    }
  }

  /** Leaves unfinished lines unread, and wants to finish when it is advised to. */
  private static class Lines extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      return data.get(data.limit() - 1) == '\n'
          ? super.handleData(data, socket, state)
          : Next.proceed(state);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void w5WishOfTheOldHandlerToCloseWhenIdleDoesNotBindTheNext(boolean successor) throws Exception {
    var finishing = new CountDownLatch(1);
    var lines =
        new Lines() {
          @Override
          public Next<String> handleDrain(Socket socket, String state) throws Exception {
            finishing.countDown();
            return super.handleDrain(socket, state);
          }
        };
    try (var server = new RunningServer(PATIENT, lines)) {
      var client = server.connect();
      assertThat(echo(client, "whole\n")).isEqualTo("whole\n");
      send(client, "pa");
      server.await("read", s -> s.node.connections().getFirst().counters().bytesReceived() == 8);
      Drain drain = server.node.drainConnection(lines.ref().id());
      finishing.await(); // the connection is not idle: there is half a line
      if (successor) {
        server.serve(next);
      }
      assertThat(server.node.retire(1).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      if (!successor) {
        server.serve(next);
      }
      next.awaitAdvice(); // the next handler carries on
      send(client, "rt\n");
      assertThat(read(client, 5)).isEqualTo("part\n");
      assertThat(echo(client, "more\n")).isEqualTo("more\n");
      assertThat(drain.result()).isNotDone();
      client.close();
      server.node.configure(RunningServer.settings());
    }
  }

  // ---- waits for the move

  @Test
  void w5ConnectionThatMovesLateWakesTheDrainThatWaitsForIt() throws Exception {
    try (var served = new Served()) {
      served.serveNext(true);
      served.keepBusy();
      var retired = served.retireWhileBusy(); // the drain has 40 s for the advice
      old.goOn.countDown();
      assertThat(retired.get(10, TimeUnit.SECONDS).migrated()).isEqualTo(1);
    }
  }

  @Test
  void w5TimeWithoutAHandlerIsNotTakenFromTheReadTimeout() throws Exception {
    Duration timeout = Duration.ofSeconds(1);
    try (var server = new RunningServer(AlteredSettings.of("readTimeout", timeout), old)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      long before = System.nanoTime();
      assertThat(server.node.retire(1).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      long used = System.nanoTime() - before;
      long over = System.nanoTime() + timeout.toNanos();
      server.await("longer than the read timeout", s -> System.nanoTime() - over > 0);
      long served = System.nanoTime();
      server.serve(next);
      assertThat(next.ended()).isEqualTo("timeout new");
      assertThat(System.nanoTime() - served + used)
          .as("what was left of the read timeout")
          .isGreaterThan(timeout.toNanos() * 8 / 10);
    }
  }
}
