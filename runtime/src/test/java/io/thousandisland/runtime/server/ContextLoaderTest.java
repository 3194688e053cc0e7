// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drain;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** During callbacks the context class loader is the loader of the handler's class: rule H13. */
@Timeout(60)
class ContextLoaderTest {

  /** Loads one class again, as a bundle would. */
  private static final class Bundle extends ClassLoader {
    Bundle() {
      super(ContextLoaderTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(Watching.class.getName())) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] code = in.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (java.io.IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  /** Records for each callback whether it had the right context class loader. */
  public static final class Watching implements Handler<String> {
    private final BlockingQueue<String> calls;
    private final BlockingQueue<Object> refs;
    private final boolean declines;

    public Watching(BlockingQueue<String> calls, BlockingQueue<Object> refs, boolean declines) {
      this.calls = calls;
      this.refs = refs;
      this.declines = declines;
    }

    private void called(String callback) {
      ClassLoader now = Thread.currentThread().getContextClassLoader();
      calls.add(callback + (now == getClass().getClassLoader() ? "" : " with " + now));
    }

    @Override
    public Next<String> handleConnection(Socket socket) {
      called("connection");
      refs.add(socket.ref());
      return Next.proceed("s");
    }

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      called("data");
      socket.send(data);
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state) {
      called("message");
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleHalfClose(ByteBuffer rest, Socket socket, String state) {
      called("half-close");
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleDrain(Socket socket, String state) {
      called("drain");
      return Next.proceed(state);
    }

    @Override
    public Object exportState(Socket socket, String state) {
      called("export");
      return state;
    }

    @Override
    public Next<String> importState(@Nullable Object snapshot, Socket socket) throws Exception {
      called("import");
      if (declines) {
        throw new MigrationDeclinedException("no");
      }
      return Next.proceed("s");
    }

    @Override
    public void handleShutdown(Socket socket, String state) {
      called("shutdown");
    }
  }

  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> refs = new LinkedBlockingQueue<>();

  private Handler<?> watching(boolean declines) throws Exception {
    return (Handler<?>)
        new Bundle()
            .loadClass(Watching.class.getName())
            .getConstructor(BlockingQueue.class, BlockingQueue.class, boolean.class)
            .newInstance(calls, refs, declines);
  }

  private static WeakReference<ClassLoader> loaderOf(Handler<?> handler) {
    return new WeakReference<>(handler.getClass().getClassLoader());
  }

  private String call() throws InterruptedException {
    return String.valueOf(calls.poll(20, TimeUnit.SECONDS));
  }

  private static ServerSettings settings() {
    return advisingFor(Duration.ofMillis(50));
  }

  private static ServerSettings advisingFor(Duration drain) {
    return RunningServer.settings().with(Timeouts.DEFAULT.withDrain(drain, Duration.ofSeconds(5)));
  }

  @Test
  void h13EveryCallbackHasTheClassLoaderOfItsHandler() throws Exception {
    try (var server = new RunningServer(advisingFor(Duration.ofSeconds(20)), watching(false))) {
      var client = server.connect();
      for (int i = 0; i < 3; i++) { // on its first thread, and on others
        assertThat(echo(client, "a")).isEqualTo("a");
      }
      assertThat(((SocketRef) refs.take()).tell("m")).isTrue();
      assertThat(List.of(call(), call(), call(), call(), call()))
          .containsExactly("connection", "data", "data", "data", "message");
      client.shutdownOutput();
      assertThat(call()).isEqualTo("half-close");
      Drain drain = server.node.drain();
      assertThat(call()).isEqualTo("drain");
      drain.cutShort();
      assertThat(call()).isEqualTo("shutdown");
    }
  }

  @Test
  void h13ConnectionThatMovesHasThatOfTheNextHandlerAndNothingOfTheOneBefore() throws Exception {
    try (var server = new RunningServer(settings(), new TestHandler())) {
      Handler<?> leaving = watching(false);
      var loader = loaderOf(leaving);
      long old = server.serve(leaving);
      leaving = null;
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.node.retire(old).get(20, TimeUnit.SECONDS);
      Forgotten.await(loader);
      server.serve(watching(false));
      assertThat(echo(client, "b")).isEqualTo("b");
      assertThat(List.of(call(), call(), call(), call(), call()))
          .containsExactly("connection", "data", "export", "import", "data");
    }
  }

  @Test
  void h13ConnectionThatStaysHasThatOfItsHandlerAgain() throws Exception {
    try (var server = new RunningServer(settings(), new TestHandler())) {
      long old = server.serve(watching(false));
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.serve(watching(true)); // policy keep: the connection stays
      var unused = server.node.retire(old);
      assertThat(List.of(call(), call(), call(), call(), call()))
          .containsExactly("connection", "data", "export", "import", "drain");
      assertThat(call()).isEqualTo("shutdown");
    }
  }

  /**
   * {@code target} with its calls watched. Objects of the watched kinds that come out of it or go
   * into it are watched as well.
   */
  private static <T> T watched(Class<T> kind, T target, BlockingQueue<Boolean> restored) {
    InvocationHandler passOn =
        (proxy, method, args) -> {
          if (args != null && args[0] instanceof Readiness told) {
            args[0] = watched(Readiness.class, told, restored);
          }
          ClassLoader before = Thread.currentThread().getContextClassLoader();
          Object result = method.invoke(target, args);
          if (args != null && args[0] instanceof ThreadLender) {
            restored.add(Thread.currentThread().getContextClassLoader() == before);
          }
          if (result instanceof ListeningChannel channel) {
            return watched(ListeningChannel.class, channel, restored);
          }
          return result instanceof TransportSocket socket
              ? watched(TransportSocket.class, socket, restored)
              : result;
        };
    return kind.cast(Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, passOn));
  }

  @Test
  void h13LentThreadHasItsOwnAgainAfterTheTurn() throws Exception {
    Assumptions.assumeTrue(Runtime.version().feature() >= 25, "pollers are lent");
    var restored = new LinkedBlockingQueue<Boolean>();
    Transport transport = watched(Transport.class, RunningServer.TCP, restored);
    try (var server = new RunningServer(settings(), transport, new TestHandler())) {
      server.serve(watching(false), true);
      var client = server.connect();
      for (int i = 0; i < 20; i++) {
        assertThat(echo(client, "a")).isEqualTo("a");
      }
      assertThat(restored.poll(20, TimeUnit.SECONDS)).isTrue();
      assertThat(restored).doesNotContain(false);
    }
  }
}
