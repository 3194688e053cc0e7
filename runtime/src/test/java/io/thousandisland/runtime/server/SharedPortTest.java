// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.runtime.listening.ListenSlot;
import io.thousandisland.runtime.settings.InvalidSetting;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several listening sockets at one port: rows L3, L4, A7 and A8. */
@Timeout(60)
class SharedPortTest {

  private static ServerSettings settings(int listenSockets, int acceptors) {
    return AlteredSettings.of("listenSockets", listenSockets, "acceptors", acceptors);
  }

  private static List<Integer> slotsOf(int listenSockets, int acceptors) {
    try (var runtime = new RuntimeContext()) {
      var context = new ServerContext(settings(listenSockets, acceptors), new Telemetry(), runtime);
      var listeners = RunningServer.listeners(context);
      List<ListenSlot> met = new ArrayList<>();
      return IntStream.rangeClosed(1, acceptors)
          .mapToObj(
              number -> {
                ListenSlot slot = listeners.slotFor(number);
                if (!met.contains(slot)) {
                  met.add(slot);
                }
                return met.indexOf(slot);
              })
          .toList();
    }
  }

  @Test
  void l3ListeningSocketsAreSpreadRoundRobinOverTheWorkersAndWrap() {
    assertThat(slotsOf(3, 7)).containsExactly(0, 1, 2, 0, 1, 2, 0);
    assertThat(slotsOf(1, 3)).containsExactly(0, 0, 0);
    assertThat(slotsOf(3, 3)).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @CsvSource({"3, 6, 5", "2, 8, 1"})
  void l4ClientsAreServedAtOnce(int listenSockets, int acceptors, int clients) throws Exception {
    serves(listenSockets, acceptors, clients);
  }

  @ParameterizedTest
  @CsvSource({"10, 10, 40", "1, 10, 40", "4, 9, 40"})
  void a7AcceptorsAndListeningSockets(int listenSockets, int acceptors, int clients)
      throws Exception {
    serves(listenSockets, acceptors, clients);
  }

  /**
   * Serves all clients at once, each twice. The kernel chooses the socket, so it may not be any in
   * particular.
   */
  private static void serves(int listenSockets, int acceptors, int count) throws Exception {
    try (var server = new RunningServer(settings(listenSockets, acceptors), new TestHandler())) {
      assertThat(server.node.info().listenSockets()).isEqualTo(listenSockets);
      assertThat(server.node.info().acceptors()).isEqualTo(acceptors);
      var clients = new ArrayList<java.net.Socket>();
      for (int i = 0; i < count; i++) {
        clients.add(server.connect());
      }
      for (int round = 0; round < 2; round++) {
        for (java.net.Socket client : clients) {
          assertThat(echo(client, "x")).isEqualTo("x");
        }
      }
      assertThat(server.node.info().connections()).isEqualTo(count);
      assertThat(server.node.connections())
          .allSatisfy(c -> assertThat(c.acceptor()).isBetween(1, acceptors));
    }
  }

  /**
   * With a transport that hands out connections in turn, every socket's workers get some of them.
   */
  @Test
  void l3EverySocketHasWorkers() throws Exception {
    try (var memory = new MemoryTransport();
        var server = new RunningServer(settings(3, 6), memory, new TestHandler())) {
      for (int i = 0; i < 60; i++) {
        assertThat(memory.connect(server.port()).echo("x")).isEqualTo("x");
      }
      var perAcceptor = new int[6];
      server.node.connections().forEach(c -> perAcceptor[c.acceptor() - 1]++);
      for (int socket = 0; socket < 3; socket++) { // acceptors 1 and 4 work at the first, and so on
        // other acceptors help out while the socket's own have not begun
        assertThat(perAcceptor[socket] + perAcceptor[socket + 3]).isBetween(17, 23);
      }
      assertThat(perAcceptor).doesNotContain(0);
    }
  }

  @Test
  void a7MoreSocketsThanAcceptorsAreRefused() {
    assertThatThrownBy(() -> settings(10, 1))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage(
            "listenSockets is 10; allowed: at most the number of acceptors (1): each channel needs"
                + " one");
  }

  /** A transport that cannot share a port. */
  private static final class Alone implements Transport {
    @Override
    public ListeningChannel listen(ListenAt at) throws IOException {
      ListeningChannel real = RunningServer.TCP.listen(at);
      return new ListeningChannel() {
        @Override
        public SocketAddress localAddress() {
          return real.localAddress();
        }

        @Override
        public void start(Runnable acceptable) {
          real.start(acceptable);
        }

        @Override
        public @Nullable TransportSocket accept() throws IOException {
          return real.accept();
        }

        @Override
        public boolean isOpen() {
          return real.isOpen();
        }

        @Override
        public void close() throws IOException {
          real.close();
        }
      };
    }
  }

  @Test
  void a8ManySocketsWhereThePortCannotBeSharedAreRefusedWithAClearMessage() throws Exception {
    try (var server = new RunningServer(settings(1, 4), new Alone(), new TestHandler())) {
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");
      assertThat(server.node.configure(settings(3, 4)))
          .hasValue(
              "listenSockets is 3; allowed: 1 (channels of this transport cannot share a port)");
      assertThat(server.node.status()).isEqualTo(Status.RUNNING);
      assertThat(echo(before, "b")).isEqualTo("b");
      assertThat(echo(server.connect(), "c")).isEqualTo("c");
      server.node.suspend();
      server.node.configure(settings(3, 4)); // the suspended server has no port to lose
      server.node.resume();
      server.await(Status.FAILED);
      assertThat(server.node.info().reason())
          .get()
          .asString()
          .endsWith(
              ": listenSockets is 3; allowed: 1 (channels of this transport cannot share a port)");
      server.awaitEvent(TelemetryEvent.ListenFailed.class);
      assertThat(server.events(TelemetryEvent.Restarted.class)).isEmpty();
      server.node.configure(settings(1, 4));
      server.await(Status.RUNNING);
      assertThat(echo(server.connect(), "d")).isEqualTo("d");
    }
  }
}
