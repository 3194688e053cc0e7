// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.HandlerNonblocking;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers that come and go under live connections. */
@Timeout(60)
class ReplaceTest {

  private static ServerBuilder serve(Handler<?> handler) {
    return ThousandIsland.serve(handler).port(0).daemon().drainTimeout(Duration.ofMillis(200));
  }

  @Test
  void connectionGoesOnWithTheNextHandlerInTheMiddleOfALine() throws Exception {
    try (var server = serve(new LineHandler("one")).start();
        var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
      client.send("half a ");
      Drained drained = server.replace(new LineHandler("two"));
      assertThat(client.ask("line")).isEqualTo("two 2 half a line");
      assertThat(drained.migrated()).isEqualTo(1);
      assertThat(server.server().info().generations())
          .extracting(GenerationInfo::number)
          .containsExactly(2);
    }
  }

  @Test
  void serverIsReadyAllTheTimeWhileItsHandlerIsReplaced() throws Exception {
    var readiness = new CopyOnWriteArrayList<TelemetryEvent>();
    try (var server = serve(new LineHandler("one")).start()) {
      server.add(
          event -> {
            if (event instanceof TelemetryEvent.ReadinessChanged) {
              readiness.add(event);
            }
          });
      assertThat(server.replace(new LineHandler("two"))).isNotNull();
      assertThat(readiness).isEmpty();
    }
    assertThat(readiness).hasSize(1);
  }

  @Test
  void clientWaitsWhileThereIsNoHandler() throws Exception {
    try (var server = serve(new LineHandler("one")).start();
        var live = Client.of(server)) {
      live.ask("a");
      assertThat(server.withdraw().migrated()).isEqualTo(1);
      assertThat(server.withdraw()).isEqualTo(Drained.NOTHING);
      assertThat(server.server().status()).isEqualTo(Status.WAITING);
      try (var fresh = Client.of(server)) {
        fresh.send("b\n");
        live.send("c\n");
        server.serve(new LineHandler("two"));
        assertThat(fresh.line()).isEqualTo("two 1 b");
        assertThat(live.line()).isEqualTo("two 2 c");
      }
    }
  }

  @Test
  void handlerThatServesBesideItsSuccessorKeepsItsConnections() throws Exception {
    try (var server = serve(new LineHandler("one")).start();
        var old = Client.of(server)) {
      old.ask("a");
      server.serve(new LineHandler("two"));
      assertThat(old.ask("b")).isEqualTo("one 2 b");
      try (var young = Client.of(server)) {
        assertThat(young.ask("a")).isEqualTo("two 1 a");
      }
    }
  }

  @Test
  void stateObjectGoesOnWithAHandlerOfTheVerySameClass() throws Exception {
    try (var server = serve(new CountingHandler()).start();
        var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("1");
      assertThat(server.replace(new CountingHandler()).migrated()).isEqualTo(1);
      assertThat(client.ask("b")).isEqualTo("2");
    }
  }

  @Test
  void connectionThatCannotMoveIsDrainedByItsHandler() throws Exception {
    try (var server = serve(new CountingHandler()).start();
        var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("1");
      Drained drained = server.replace(new LineHandler("two"));
      assertThat(drained.migrated()).isZero();
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(client.line()).isEqualTo("bye after 1");
      assertThat(client.line()).isEqualTo("null");
      try (var fresh = Client.of(server)) {
        assertThat(fresh.ask("a")).isEqualTo("two 1 a");
      }
    }
  }

  /** Defines the classes of this test again, as the loader of an updated jar does. */
  private static final class Again extends ClassLoader {
    Again() {
      super(ReplaceTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(LineHandler.class.getName())
          && !name.startsWith(CountingHandler.class.getName())) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known == null ? define(name) : known;
      }
    }

    private Class<?> define(String name) {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Handler<?> handler(Class<?> like, Object... arguments) throws Exception {
      var constructor = loadClass(like.getName()).getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      return (Handler<?>) constructor.newInstance(arguments);
    }
  }

  @Test
  void handlersOfTheSameClassFromTwoLoadersFollowEachOther() throws Exception {
    Handler<?> first = new Again().handler(LineHandler.class, "one");
    Handler<?> second = new Again().handler(LineHandler.class, "two");
    assertThat(first.getClass()).isNotEqualTo(second.getClass());
    assertThat(first.getClass().getName()).isEqualTo(second.getClass().getName());
    try (var server = serve(first).start();
        var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
      assertThat(server.replace(second).migrated()).isEqualTo(1);
      assertThat(client.ask("b")).isEqualTo("two 2 b");
    }
  }

  @Test
  void stateObjectOfAnotherLoaderDoesNotMove() throws Exception {
    try (var server = serve(new Again().handler(CountingHandler.class)).start();
        var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("1");
      assertThat(server.replace(new Again().handler(CountingHandler.class)).migrated()).isZero();
      assertThat(client.line()).isEqualTo("bye after 1");
    }
  }

  @HandlerName("quick")
  @HandlerNonblocking
  private static final class Quick implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws IOException {
      data.position(data.limit());
      socket.send(Thread.currentThread().getName().contains("poller") ? "lent\n" : "own\n");
      return Next.proceed(state);
    }
  }

  @Test
  void annotationsOfTheClassCount() throws Exception {
    try (var server = serve(new Quick()).start();
        var client = Client.of(server)) {
      assertThat(server.server().name()).isEqualTo("quick");
      assertThat(client.ask("a")).isEqualTo("lent");
    }
  }

  @Test
  void builderMayPromiseForTheHandler() throws Exception {
    try (var server = serve(new LineHandler("one")).nonblocking().start();
        var client = Client.of(server)) {
      assertThat(client.ask("thread")).isEqualTo("one 1 lent");
    }
    try (var server = serve(new LineHandler("one")).start();
        var client = Client.of(server)) {
      assertThat(client.ask("thread")).isEqualTo("one 1 virtual");
    }
  }

  @Test
  void namesOfHandlersAreTheirClasses() {
    assertThat(HandlerFacts.name(Quick.class)).isEqualTo("quick");
    assertThat(HandlerFacts.name(LineHandler.class)).isEqualTo("line");
    assertThat(HandlerFacts.name(CountingHandler.class)).isEqualTo("counting");
    assertThat(HandlerFacts.name(new Handler<Void>() {}.getClass())).isEqualTo("handler");
    final class Local implements Handler<Void> {}
    assertThat(HandlerFacts.name(Local.class)).isEqualTo("local");
  }
}
