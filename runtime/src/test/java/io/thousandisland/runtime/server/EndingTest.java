// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every ending frees everything (place, memory, generation, socket), whatever is thrown on the way.
 */
@Timeout(60)
class EndingTest {

  /**
   * TCP whose connections throw after one method has done its work. It counts the connections that
   * are closed.
   */
  private static final class Throwing implements Transport {
    private final String method;
    final AtomicBoolean on = new AtomicBoolean();
    final AtomicInteger closed = new AtomicInteger();

    Throwing(String method) {
      this.method = method;
    }

    @Override
    public ListeningChannel listen(ListenAt at) throws IOException {
      ListeningChannel real = RunningServer.TCP.listen(at);
      return wrapped(ListeningChannel.class, real);
    }

    private <T> T wrapped(Class<T> type, T real) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (proxy, called, arguments) -> {
                @Nullable Object answer;
                try {
                  answer = called.invoke(real, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause() == null ? e : e.getCause();
                }
                if (answer instanceof TransportSocket accepted) {
                  return wrapped(TransportSocket.class, accepted);
                }
                if (real instanceof TransportSocket) {
                  closed.addAndGet(called.getName().equals("close") ? 1 : 0);
                  if (called.getName().equals(method) && on.get()) {
                    throw new IllegalStateException("on purpose");
                  }
                }
                return answer;
              }));
    }
  }

  /** Closes at the word {@code close}. */
  private static final class Closing extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      String word = text(data.duplicate());
      Next<String> next = super.handleData(data, socket, state);
      return word.equals("close") ? Next.close(state) : next;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "shutdownOutput", "read", "write"})
  void b1PlaceMemoryAndGenerationAreGivenBackThoughTheTransportThrows(String method)
      throws Exception {
    var one = RunningServer.settings().with(new LimitSettings(1, LimitSettings.WhenReached.PARK));
    var transport = new Throwing(method);
    var memory = new MemoryBudget();
    try (var server = new RunningServer(one, transport, new Closing(), memory)) {
      var first = server.connect();
      assertThat(echo(first, "a")).isEqualTo("a");
      transport.on.set(true);
      send(first, "close");
      server.awaitConnections(0);
      first.close();
      transport.on.set(false);
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
      assertThat(server.node.info().generations().getFirst().connections()).isEqualTo(1);
      server.await("memory given back", s -> memory.used() == 0);
    }
  }

  @Test
  void s5ConnectionsThatLingerAreClosedWhenTheirServerHasStopped() throws Exception {
    var transport = new Throwing("nothing");
    try (var server = new RunningServer(RunningServer.settings(), transport, new Closing())) {
      var client = server.connect();
      assertThat(echo(client, "close")).isEqualTo("close");
      assertThat(ended(client)).isTrue(); // the client keeps its own side open
      server.awaitConnections(0);
      var unused = server.stop();
      assertThat(transport.closed.get()).isPositive();
    }
  }
}
