// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.ProxyTlv;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.AccessSettings;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.LimitSettings.WhenReached;
import io.thousandisland.runtime.settings.ProxySettings;
import io.thousandisland.runtime.settings.ProxySettings.Mode;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.server.Cidr;
import io.thousandisland.server.Limit;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row K14: the wait for a proxy's header, its moments and its end. */
@Timeout(60)
class ProxyWaitTest {

  private static final InetSocketAddress CLIENT = new InetSocketAddress("203.0.113.7", 1000);
  private static final InetSocketAddress FRONT = new InetSocketAddress("198.51.100.1", 443);
  private static final String V1 = "PROXY TCP4 203.0.113.7 198.51.100.1 1000 443\r\n";
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofHours(1);

  private static ServerSettings required(Object... more) {
    var all = new ArrayList<Object>(List.of("proxyProtocol", Mode.REQUIRED));
    all.addAll(List.of(more));
    return AlteredSettings.of(all.toArray());
  }

  private static void sendHeader(java.net.Socket to, ProxyHeader header) throws IOException {
    ByteBuffer bytes = header.encode();
    byte[] all = new byte[bytes.remaining()];
    bytes.get(all);
    to.getOutputStream().write(all);
  }

  private static void reset(java.net.Socket client) throws IOException {
    client.setOption(StandardSocketOptions.SO_LINGER, 0);
    client.close();
  }

  // ---- the header

  /** TCP that runs something once, when the first bytes of a connection have been read. */
  private static final class Hooked implements Transport {
    interface Hook {
      void run() throws IOException;
    }

    final AtomicReference<Hook> afterBytes = new AtomicReference<>(() -> {});

    @Override
    public ListeningChannel listen(ListenAt at) throws IOException {
      return wrapped(ListeningChannel.class, RunningServer.TCP.listen(at));
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
                if (called.getName().equals("read") && answer instanceof Integer n && n > 0) {
                  afterBytes.getAndSet(() -> {}).run();
                }
                return answer;
              }));
    }
  }

  @Test
  void k14HeaderThatIsThereWhenTheTimeIsOverIsServed() throws Exception {
    var soon = required("proxyTimeout", SOON);
    try (var memory = new MemoryTransport();
        var server = new RunningServer(soon, memory, new TestHandler())) {
      MemoryPeer proxy = memory.connect(server.port());
      server.awaitConnections(1);
      memory.stall(); // now only the end of the time has the server look
      proxy.send(V1 + "ab");
      assertThat(proxy.read(2)).isEqualTo("ab");
    }
  }

  /** More than one read takes, in one packet: the transport tells of it once. */
  @Test
  void k14HeaderThatIsLongerThanAReadIsUnderstoodAndItsMemoryGivenBack() throws Exception {
    var memory = new MemoryBudget();
    var handler = new TestHandler();
    try (var server = new RunningServer(required(), RunningServer.TCP, handler, memory)) {
      var proxy = server.connect();
      var padding = new ProxyTlv(0xE0, ByteBuffer.allocate(10_000));
      sendHeader(proxy, ProxyHeader.version2(CLIENT, FRONT).with(padding));
      assertThat(echo(proxy, "ab")).isEqualTo("ab");
      assertThat(server.node.connections().getFirst().remote()).isEqualTo(CLIENT);
      server.await("no memory", s -> memory.used() == 0);
    }
  }

  @Test
  void k14ResetInTheHeaderIsTold() throws Exception {
    try (var server = new RunningServer(required("proxyTimeout", LONG), new TestHandler())) {
      var proxy = server.connect();
      server.awaitConnections(1);
      send(proxy, V1.substring(0, 20));
      reset(proxy);
      assertThat(server.awaitEvent(TelemetryEvent.ProxyHeaderRefused.class).reason())
          .startsWith("it broke before its PROXY header was complete: ");
      server.awaitFreePlaces();
    }
  }

  @Test
  void k14ResetWithoutAByteIsNobody() throws Exception {
    try (var server = new RunningServer(required("proxyTimeout", LONG), new TestHandler())) {
      var nobody = server.connect();
      server.awaitConnections(1);
      reset(nobody);
      server.awaitFreePlaces();
      assertThat(server.node.info().refused()).isEmpty();
    }
  }

  @Test
  void k14HealthCheckThatStaysIsServedSoonHoweverLongAHeaderMayTake() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(required("proxyTimeout", LONG), handler)) {
      var probe = server.connect();
      sendHeader(probe, ProxyHeader.local());
      assertThat(handler.ref()).isNotNull();
    }
  }

  @Test
  void k14HealthCheckThatSpeaksAfterItsHeaderTakesNoPlace() throws Exception {
    var transport = new Hooked();
    try (var server = new RunningServer(required(), transport, new TestHandler())) {
      var probe = server.connect();
      transport.afterBytes.set(() -> send(probe, "ping"));
      sendHeader(probe, ProxyHeader.local());
      assertThat(read(probe, 4)).isEqualTo("ping");
      assertThat(server.node.placesTaken()).isZero();
    }
  }

  @Test
  void k14HeaderThatIsBegunIsNoDataAlsoWhereItIsOptional() throws Exception {
    var soon = AlteredSettings.of("proxyProtocol", Mode.OPTIONAL, "proxyTimeout", SOON);
    var handler = new TestHandler();
    try (var server = new RunningServer(soon, handler)) {
      var proxy = server.connect();
      send(proxy, V1.substring(0, 20));
      assertThat(ended(proxy)).isTrue();
      assertThat(server.awaitEvent(TelemetryEvent.ProxyHeaderRefused.class).reason())
          .isEqualTo("its PROXY header was not complete within 300ms (proxyTimeout)");
      assertThat(handler.refs).isEmpty();
    }
  }

  @Test
  void k14ClientThatOnlyListensIsServedWhereAHeaderIsOptional() throws Exception {
    var settings = AlteredSettings.of("proxyProtocol", Mode.OPTIONAL, "proxyTimeout", LONG);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.send("hi");
            return super.handleConnection(socket);
          }
        };
    try (var server = new RunningServer(settings, handler)) {
      var client = server.connect();
      client.shutdownOutput();
      assertThat(read(client, 2)).isEqualTo("hi");
    }
  }

  @Test
  void k14AnyOfTheListedProxiesMaySendAHeader() throws Exception {
    List<Cidr> listed =
        Stream.of("10.0.0.0/8", "127.0.0.0/8").map(each -> Cidr.parse(each).orElseThrow()).toList();
    var two = RunningServer.settings().with(new ProxySettings(Mode.REQUIRED, listed, LONG));
    try (var server = new RunningServer(two, new TestHandler())) {
      var proxy = server.connect();
      send(proxy, V1 + "ab");
      assertThat(read(proxy, 2)).isEqualTo("ab");
    }
  }

  // ---- limits

  @Test
  void k14DeniedClientTakesNothingOffTheRate() throws Exception {
    var deny = new AccessSettings(List.of(), List.of(Cidr.parse("203.0.113.0/24").orElseThrow()));
    var rare = new LimitSettings(1000, WhenReached.REJECT).withRate(1, 1);
    try (var server = new RunningServer(required().with(deny).with(rare), new TestHandler())) {
      for (int i = 0; i < 3; i++) {
        var denied = server.connect();
        send(denied, V1);
        assertThat(ended(denied)).isTrue();
      }
      assertThat(server.node.info().refused()).containsOnlyKeys(Limit.ACCESS);
      var other = server.connect();
      send(other, "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\nab");
      assertThat(read(other, 2)).isEqualTo("ab");
    }
  }

  @Test
  void v14CapThatComesDuringTheWaitIsAboutTheClientsAddress() throws Exception {
    var one = new LimitSettings(1000, WhenReached.PARK).withShares(0, 1);
    try (var server = new RunningServer(required("proxyTimeout", LONG), new TestHandler())) {
      var proxies = List.of(server.connect(), server.connect(), server.connect());
      server.awaitConnections(3);
      server.node.configure(required("proxyTimeout", LONG).with(one));
      send(proxies.get(0), V1 + "ab");
      assertThat(read(proxies.get(0), 2)).isEqualTo("ab");
      send(proxies.get(1), V1 + "ab");
      assertThat(ended(proxies.get(1))).isTrue();
      send(proxies.get(2), "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\nab");
      assertThat(read(proxies.get(2), 2)).isEqualTo("ab");
    }
  }

  @Test
  void k14AcceptorCountsItsClients() throws Exception {
    try (var server = new RunningServer(required().withAcceptors(1), new TestHandler())) {
      server.connect().close();
      for (int i = 0; i < 2; i++) {
        var proxy = server.connect();
        send(proxy, V1 + "ab");
        assertThat(read(proxy, 2)).isEqualTo("ab");
      }
      server.stop();
      assertThat(server.events(TelemetryEvent.AcceptorStopped.class))
          .extracting(TelemetryEvent.AcceptorStopped::connections)
          .containsExactly(2L);
    }
  }

  // ---- resets

  @Test
  void k14ResetOfAClientIsAnErrorAsWithoutAProxy() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(required(), handler)) {
      var proxy = server.connect();
      send(proxy, V1 + "ab");
      assertThat(read(proxy, 2)).isEqualTo("ab");
      reset(proxy);
      assertThat(handler.ended()).isEqualTo("error new");
    }
  }

  @Test
  void k14ResetOfAHealthCheckThatHasSpokenIsAnError() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(required(), handler)) {
      var probe = server.connect();
      sendHeader(probe, ProxyHeader.local());
      assertThat(echo(probe, "ping")).isEqualTo("ping");
      assertThat(server.node.placesTaken()).isZero();
      reset(probe);
      assertThat(handler.ended()).isEqualTo("error new");
    }
  }

  /** The ways to send that a handler has. */
  private enum Sending {
    ONE {
      @Override
      void to(Socket socket, Path file) throws IOException {
        socket.send("hi");
      }
    },
    SEVERAL {
      @Override
      void to(Socket socket, Path file) throws IOException {
        socket.send(TestHandler.bytes("h"), TestHandler.bytes("i"));
      }
    },
    FILE {
      @Override
      void to(Socket socket, Path file) throws IOException {
        socket.sendFile(file);
      }
    };

    abstract void to(Socket socket, Path file) throws IOException;
  }

  /** Sends when its peer has gone. */
  private static final class Late extends TestHandler {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch gone = new CountDownLatch(1);
    private final Sending way;
    private final Path file;

    Late(Sending way, Path file) {
      this.way = way;
      this.file = file;
    }

    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      begun.countDown();
      gone.await();
      way.to(socket, file);
      return super.handleConnection(socket);
    }
  }

  @ParameterizedTest
  @EnumSource
  void k14BytesForAHealthCheckThatHasGoneAreLostWithoutAnError(Sending way, @TempDir Path folder)
      throws Exception {
    var handler = new Late(way, Files.writeString(folder.resolve("file"), "hi"));
    try (var server = new RunningServer(required(), handler)) {
      var probe = server.connect();
      sendHeader(probe, ProxyHeader.local());
      handler.begun.await();
      reset(probe);
      handler.gone.countDown();
      assertThat(handler.ended()).isEqualTo("close new");
      assertThat(server.events(TelemetryEvent.SendFailed.class)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void k14BytesForAClientThatHasGoneAreAnErrorAsWithoutAProxy(Sending way, @TempDir Path folder)
      throws Exception {
    var handler = new Late(way, Files.writeString(folder.resolve("file"), "hi"));
    try (var server = new RunningServer(required(), handler)) {
      var proxy = server.connect();
      send(proxy, V1);
      handler.begun.await();
      reset(proxy);
      handler.gone.countDown();
      assertThat(handler.ended()).startsWith("error");
      assertThat(server.events(TelemetryEvent.SendFailed.class)).hasSize(1);
    }
  }

  // ---- threads

  /** A handler that notes the thread of its first callback. */
  private static final class Located extends TestHandler {
    final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      threads.add(Thread.currentThread());
      return super.handleConnection(socket);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void x7HandlerThatComesWithTheHeaderGetsTheKindOfThreadThatItMayHave(boolean nonblocking)
      throws Exception {
    var transport = new Hooked();
    var handler = new Located();
    try (var server = new RunningServer(required(), transport, new TestHandler())) {
      server.serve(new TestHandler(), true); // so the wait is on a lent thread
      transport.afterBytes.set(() -> server.serve(handler, nonblocking));
      var proxy = server.connect();
      send(proxy, V1 + "ab");
      Thread thread = handler.threads.poll(20, TimeUnit.SECONDS);
      assertThat(thread).isNotNull();
      assertThat(thread.isVirtual()).isEqualTo(!nonblocking);
      assertThat(read(proxy, 2)).isEqualTo("ab");
    }
  }
}
