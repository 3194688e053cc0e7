// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static io.thousandisland.transport.tls.TlsFixture.bytes;
import static io.thousandisland.transport.tls.TlsFixture.connect;
import static io.thousandisland.transport.tls.TlsFixture.echo;
import static io.thousandisland.transport.tls.TlsFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.server.Limit;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
import io.thousandisland.transport.tls.TlsFixture.Echo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits, deadlines and drains, over TLS as over TCP. */
@ParameterizedClass(name = "nonblocking {0}")
@ValueSource(booleans = {false, true})
@Timeout(60)
class TlsLimitsTest {

  private final TlsFixture tls;

  TlsLimitsTest(boolean nonblocking) {
    tls = new TlsFixture(nonblocking);
  }

  @AfterEach
  void close() {
    tls.close();
  }

  private TestServer.Builder serving(Echo handler) {
    return tls.tls(handler, TestTerms.EC::terms);
  }

  /** Answers the first byte with more than any buffer takes. */
  private static final class Flood extends Echo {
    @Override
    public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
        throws Exception {
      String said = text(data);
      if (!said.equals("flood")) {
        socket.send(said);
        return Next.proceed(state);
      }
      socket.send(new byte[64 << 20]);
      return Next.proceed(state);
    }

    private static String text(ByteBuffer data) {
      byte[] all = new byte[data.remaining()];
      data.get(all);
      return TlsFixture.text(all);
    }
  }

  @Test
  void peerThatNeverReadsIsGivenUpAndHoldsUpNobody() throws Exception {
    try (var server = serving(new Flood()).set("sendTimeout", "300ms").start();
        var deaf = connect(server);
        var other = connect(server)) {
      deaf.getOutputStream().write(bytes("flood"));
      while (server.events().of(TelemetryEvent.ConnectionStopped.class).isEmpty()) {
        assertThat(echo(other, "still here")).isEqualTo("still here");
      }
      assertThat(server.events().await(TelemetryEvent.ConnectionStopped.class).ending())
          .isInstanceOf(Ending.Failed.class);
      assertThat(echo(other, "and here")).isEqualTo("and here");
    }
  }

  @Test
  void v12ClientBeyondTheLimitWaitsUntilThereIsAPlace() throws Exception {
    try (var server =
            serving(new Echo()).set("maxConnections", 1).set("whenLimitReached", "park").start();
        var first = connect(server)) {
      assertThat(echo(first, "first")).isEqualTo("first");
      try (var second = connect(server)) {
        var limit = server.events().await(TelemetryEvent.LimitReached.class);
        assertThat(limit.limit()).isEqualTo(Limit.CONNECTIONS);
        assertThat(server.server().info().connections()).isEqualTo(1);
        first.close();
        assertThat(echo(second, "second")).isEqualTo("second");
      }
    }
  }

  @Test
  void silentPeerTimesOutWithACloseNotify() throws Exception {
    var handler = new Echo();
    try (var server = serving(handler).set("readTimeout", "200ms").start();
        var client = connect(server)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      assertThat(client.getInputStream().read()).isEqualTo(-1); // and no exception
      assertThat(handler.next()).isEqualTo("timeout");
    }
  }

  @Test
  void drainTellsTheHandlerAndItsLastWordsArrive() throws Exception {
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleDrain(Socket socket, Integer state) throws IOException {
            socket.send("goodbye");
            return Next.close(state);
          }
        };
    try (var server = serving(handler).start();
        var client = connect(server)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      var drained = server.server().drain().result();
      assertThat(text(client.getInputStream().readAllBytes())).isEqualTo("goodbye");
      assertThat(drained.get(20, TimeUnit.SECONDS).graceful()).isEqualTo(1);
      assertThat(handler.next()).isEqualTo("close");
    }
  }

  /** A handler that throws in each callback ends its own connection, and no other. */
  @Test
  void b3HandlerThatThrowsEndsItsConnectionOnly() throws Exception {
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
              throws Exception {
            if (data.get(data.position()) == '!') {
              throw new IllegalStateException("thrown");
            }
            return super.handleData(data, socket, state);
          }

          @Override
          public void handleError(Throwable reason, Socket socket, Integer state) {
            super.handleError(reason, socket, state);
            throw new IllegalStateException("thrown again");
          }
        };
    try (var server = serving(handler).start();
        var one = connect(server);
        var other = connect(server)) {
      assertThat(echo(other, "before")).isEqualTo("before");
      one.getOutputStream().write(bytes("!"));
      assertThat(handler.next()).contains("thrown");
      assertThat(one.getInputStream().read()).isEqualTo(-1);
      assertThat(echo(other, "after")).isEqualTo("after");
      await("the broken one is counted out")
          .until(() -> server.server().info().connections(), count -> count == 1);
    }
  }

  @Test
  void resetOfOneDisturbsNobody() throws Exception {
    var handler = new Echo();
    try (var server = serving(handler).start();
        var plain = new java.net.Socket("localhost", server.port());
        var broken = TlsFixture.over(plain);
        var other = connect(server)) {
      assertThat(echo(broken, "hello")).isEqualTo("hello");
      assertThat(echo(other, "before")).isEqualTo("before");
      plain.setSoLinger(true, 0);
      plain.close();
      assertThat(handler.next()).startsWith("error");
      assertThat(echo(other, "after")).isEqualTo("after");
      assertThatThrownBy(() -> echo(broken, "gone")).isInstanceOf(IOException.class);
    }
  }
}
