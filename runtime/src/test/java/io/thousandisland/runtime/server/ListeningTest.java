// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.transport.ListeningChannel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules S4 and S6: a port is given up for another one that is there, and no client is lost. */
@Timeout(60)
class ListeningTest {

  private static ServerSettings at(
      String host, int port, int backlog, int sockets, Map<SocketOption<?>, Object> options) {
    return RunningServer.settings().with(new ListenSettings(host, port, backlog, sockets, options));
  }

  private static ServerSettings at(int port, int sockets) {
    return at("127.0.0.1", port, 1024, sockets, Map.of());
  }

  private static int freePort() throws IOException {
    try (var free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  // ---- an address that is not available

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void c1PortInUseIsRefusedByNameAndTheServerKeepsTheOneItHas(int sockets) throws Exception {
    try (var taken = new ServerSocket();
        var server = new RunningServer(at(0, sockets), new TestHandler())) {
      taken.bind(new InetSocketAddress("127.0.0.1", 0));
      int port = server.port();
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");

      var problem = server.node.configure(at(taken.getLocalPort(), sockets));

      assertThat(problem.orElseThrow())
          .contains("host and port are 127.0.0.1:" + taken.getLocalPort(), "in use");
      assertThat(server.node.status()).isEqualTo(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.node.info().listenSockets()).isEqualTo(sockets);
      assertThat(echo(before, "b")).isEqualTo("b");
      assertThat(echo(server.connect(), "c")).isEqualTo("c");
      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
    }
  }

  @Test
  void c1HostThatIsNoneIsRefusedByName() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      int port = server.port();
      assertThat(server.node.configure(at("no.such.host.invalid", 0, 16, 1, Map.of())))
          .hasValue(
              "host is no.such.host.invalid; allowed: a host name or an address of this machine");
      assertThat(server.port()).isEqualTo(port);
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  @Test
  void c1RefusedAddressLeavesTheOtherSettingsAsTheyWere() throws Exception {
    try (var taken = new ServerSocket();
        var server = new RunningServer(new TestHandler())) {
      taken.bind(new InetSocketAddress("127.0.0.1", 0));
      var changed =
          at(taken.getLocalPort(), 1)
              .withAcceptors(3)
              .with(new LimitSettings(7, LimitSettings.WhenReached.REJECT));
      assertThat(server.node.configure(changed)).isPresent();
      assertThat(server.node.info().acceptors()).isEqualTo(10);
      assertThat(server.node.info().maxConnections()).isEqualTo(16_384);
    }
  }

  @Test
  void c1PortWhoseFurtherSocketsCannotBeHadIsFreeAgain() throws Exception {
    var transport = new FlakyTransport();
    int elsewhere = freePort();
    try (var server = new RunningServer(at(0, 1), transport, new TestHandler())) {
      transport.beforeAnother(
          () -> {
            throw new IllegalStateException("on purpose");
          });
      assertThat(server.node.configure(at(elsewhere, 3)).orElseThrow()).contains("on purpose");
      assertThatThrownBy(() -> server.connect(elsewhere)).isInstanceOf(ConnectException.class);
      assertThat(server.node.configure(at(elsewhere, 3))).isEmpty();
      assertThat(server.port()).isEqualTo(elsewhere);
    }
  }

  @Test
  void c2SecondServerAtAPortFailsWithSeveralListeningSocketsToo() throws Exception {
    try (var first = new RunningServer(at(0, 2), new TestHandler())) {
      int port = first.port();
      try (var runtime = new RuntimeContext()) {
        var node = new ServerNode(at(port, 2), new Telemetry(), runtime);
        node.transport("tcp", RunningServer.TCP);
        node.serve(
            new HandlerBinding(new HandlerBinding.Facts("h", "1", 1, 0, false), new TestHandler()));
        node.start();
        first.await("failed", s -> node.status() == Status.FAILED);
        assertThat(node.info().reason().orElseThrow()).contains(":" + port);
        node.stop().get(20, TimeUnit.SECONDS);
      }
      for (int i = 0; i < 20; i++) {
        assertThat(echo(first.connect(), "a")).isEqualTo("a");
      }
      assertThat(first.node.info().accepted()).isEqualTo(20);
    }
  }

  // ---- clients that wait in the backlog

  /**
   * Settings with {@code places} places. When they are taken, new clients wait in the kernel's
   * queue.
   */
  private static ServerSettings full(ServerSettings settings, int places) {
    return settings.with(new LimitSettings(places, LimitSettings.WhenReached.PARK));
  }

  private static List<java.net.Socket> waiting(RunningServer server, int count) throws IOException {
    var waiting = new ArrayList<java.net.Socket>();
    for (int i = 0; i < count; i++) {
      var client = server.connect();
      send(client, "w");
      waiting.add(client);
    }
    return waiting;
  }

  private static void assertServed(List<java.net.Socket> clients) throws IOException {
    for (var client : clients) {
      assertThat(read(client, 1)).isEqualTo("w");
    }
  }

  @Test
  void u7ChangedOptionsApplyToTheLivingSocketAndNobodyWhoWaitsIsReset() throws Exception {
    Map<SocketOption<?>, Object> options =
        Map.of(StandardSocketOptions.SO_RCVBUF, 32_768, StandardSocketOptions.TCP_NODELAY, false);
    var other = at("127.0.0.1", 0, 1024, 1, options);
    try (var server = new RunningServer(full(at(0, 1), 1), new TestHandler())) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      var waiting = waiting(server, 10);

      assertThat(server.node.configure(full(other, 1))).isEmpty();
      assertThat(server.node.configure(full(other, 100))).isEmpty();

      assertServed(waiting);
      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
    }
  }

  @Test
  void u7OptionThatCannotBeSetIsRefusedAndTheOthersStay() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      assertThat(
              server.node.configure(
                  at("127.0.0.1", 0, 1024, 1, Map.of(StandardSocketOptions.SO_REUSEPORT, true))))
          .get()
          .asString()
          .contains("SO_REUSEPORT");
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  @Test
  void u7ChangedBacklogResetsNobodyAndSaysSinceWhenItApplies() throws Exception {
    var other = at("127.0.0.1", 0, 64, 1, Map.of());
    try (var server = new RunningServer(full(at(0, 1), 1), new TestHandler())) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      var waiting = waiting(server, 10);

      assertThat(server.node.configure(full(other, 100))).isEmpty();

      assertServed(waiting);
      assertThat(server.node.info().reason())
          .hasValue("backlog is 1024 until the port is opened again, then 64");
      server.node.suspend();
      server.node.resume();
      assertThat(server.node.info().reason()).isEmpty();
    }
  }

  @Test
  void u7SocketsComeAndGoAndNobodyWhoWaitsIsReset() throws Exception {
    try (var server = new RunningServer(full(at(0, 4), 1), new TestHandler())) {
      int port = server.port();
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      var waiting = waiting(server, 10);
      assertThat(server.node.configure(full(at(0, 6), 1))).isEmpty();
      assertThat(server.node.info().listenSockets()).isEqualTo(6);
      waiting.addAll(waiting(server, 10));
      assertThat(server.node.configure(full(at(0, 6), 100))).isEmpty();
      assertServed(waiting);
      for (int sockets : new int[] {2, 5, 1, 3}) {
        var coming = waiting(server, 20);
        assertThat(server.node.configure(at(0, sockets))).isEmpty();
        assertThat(server.node.info().listenSockets()).isEqualTo(sockets);
        assertServed(coming);
      }
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
    }
  }

  /** Settings with long drains: an acceptor that drains accepts no client. */
  private static ServerSettings patient(ServerSettings settings) {
    return settings.with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(15), Duration.ofSeconds(5)));
  }

  /** Goes on when it is advised to finish, and counts the advice. */
  private static final class Patient extends TestHandler {
    final AtomicInteger advised = new AtomicInteger();

    @Override
    public Next<String> handleDrain(Socket socket, String state) {
      advised.incrementAndGet();
      return Next.proceed(state);
    }
  }

  private static long connectionsOf(RunningServer server, int acceptor) {
    return server.node.connections().stream().filter(c -> c.acceptor() == acceptor).count();
  }

  /** Gives each of these acceptors a connection that does not finish, and drains the acceptor. */
  private static List<Drain> pause(RunningServer server, Patient handler, int... acceptors)
      throws Exception {
    for (int acceptor : acceptors) {
      while (connectionsOf(server, acceptor) == 0) {
        assertThat(echo(server.connect(), "p")).isEqualTo("p");
      }
    }
    var drains = new ArrayList<Drain>();
    for (int acceptor : acceptors) {
      drains.add(server.node.drainAcceptor(acceptor));
    }
    long all = IntStream.of(acceptors).mapToLong(a -> connectionsOf(server, a)).sum();
    server.await("all paused, and then advised", s -> handler.advised.get() == all);
    return drains;
  }

  private static void end(List<Drain> drains) throws Exception {
    for (Drain drain : drains) {
      drain.cutShort();
      drain.result().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void u7ClientsThatWaitAreTakenBeforeThePortIsGivenUp() throws Exception {
    var handler = new Patient();
    int elsewhere = freePort();
    var settings = patient(at(0, 2).withAcceptors(3));
    try (var server = new RunningServer(settings, handler)) {
      int port = server.port();
      var drains = pause(server, handler, 1, 2, 3);
      var waiting = waiting(server, 10);

      assertThat(server.node.configure(at(elsewhere, 2).withAcceptors(3))).isEmpty();

      assertServed(waiting);
      end(drains);
      assertThat(server.port()).isEqualTo(elsewhere);
      assertThatThrownBy(() -> server.connect(port)).isInstanceOf(ConnectException.class);
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
    }
  }

  @Test
  void u7ClientsThatWaitAreTakenBeforeASuspend() throws Exception {
    var handler = new Patient();
    var settings = patient(at(0, 2).withAcceptors(3));
    try (var server = new RunningServer(settings, handler)) {
      var drains = pause(server, handler, 1, 2, 3);
      var waiting = waiting(server, 10);

      server.node.suspend();

      assertServed(waiting);
      end(drains);
      server.node.resume();
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
      server.node.configure(at(0, 2)); // for a quick end
    }
  }

  /** Otherwise a client that comes between the last call and the close would be reset. */
  @Test
  void u7ChannelRestsBeforeTheLastCallAndThenCloses() throws Exception {
    var calls = new LinkedBlockingQueue<String>();
    try (var memory = new MemoryTransport();
        var server =
            new RunningServer(
                RunningServer.settings(),
                at -> recording(memory.listen(at), calls),
                new TestHandler())) {
      server.port();
      server.node.suspend();
      var ends = List.of("quiesce", "accept", "close");
      assertThat(calls.stream().dropWhile(call -> !call.equals("quiesce"))).isEqualTo(ends);
    }
  }

  /** {@code channel}, whose calls are added to {@code calls}. */
  private static ListeningChannel recording(ListeningChannel channel, Queue<String> calls) {
    return (ListeningChannel)
        Proxy.newProxyInstance(
            ListeningTest.class.getClassLoader(),
            new Class<?>[] {ListeningChannel.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName());
              return method.invoke(channel, arguments);
            });
  }

  // ---- acceptors that drain

  @Test
  void u6SocketOfAnAcceptorThatDrainsIsServedByTheOthers() throws Exception {
    var handler = new Patient();
    var settings = patient(at(0, 2).withAcceptors(2));
    try (var server = new RunningServer(settings, handler)) {
      var drains = pause(server, handler, 1);
      int before = (int) server.node.connections().stream().filter(c -> c.acceptor() == 2).count();
      for (int i = 0; i < 40; i++) { // the kernel gives half of them to each socket
        assertThat(echo(server.connect(), "b")).isEqualTo("b");
      }
      assertThat(server.node.connections().stream().filter(c -> c.acceptor() == 2))
          .hasSize(before + 40);
      end(drains);
      server.node.configure(at(0, 2)); // for a quick end
    }
  }

  // ---- trouble

  /**
   * The event comes without the listener's lock, so a telemetry listener may suspend the server at
   * once.
   */
  @Test
  void b9TelemetryListenerMaySuspendTheServerWhenItStartsToListen() throws Exception {
    var transport = new FlakyTransport();
    var suspended = new CompletableFuture<Void>();
    try (var runtime = new RuntimeContext()) {
      var telemetry = new Telemetry();
      var node = new ServerNode(at(0, 1), telemetry, runtime);
      telemetry.add(
          (TelemetryListener)
              event -> {
                if (event instanceof TelemetryEvent.ListenerStarted) {
                  node.suspend();
                  suspended.complete(null);
                }
              });
      transport.portTaken = true;
      node.transport("tcp", transport);
      node.serve(
          new HandlerBinding(new HandlerBinding.Facts("h", "1", 1, 0, false), new TestHandler()));
      node.start();
      assertThat(node.status()).isIn(Status.FAILED, Status.STARTING);
      transport.portTaken = false; // the next try is on the listener's own thread
      suspended.get(20, TimeUnit.SECONDS);
      assertThat(node.status()).isEqualTo(Status.SUSPENDED);
      node.stop().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void b8ErrorOfATransportLeavesTheAcceptorsAtWork() throws Exception {
    var transport = new FlakyTransport();
    try (var server = new RunningServer(at(0, 1), transport, new TestHandler())) {
      transport.bindError = new NoClassDefFoundError("on purpose");
      assertThat(server.node.configure(at(0, 3)).orElseThrow()).contains("on purpose");
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      transport.bindError = null;
      assertThat(server.node.configure(at(0, 3))).isEmpty();
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
    }
  }

  @Test
  void b20ErrorOfATransportDoesNotEndTheTriesToListen() throws Exception {
    var transport = new FlakyTransport();
    try (var server = new RunningServer(at(0, 1), transport, new TestHandler())) {
      transport.bindError = new NoClassDefFoundError("on purpose");
      server.node.suspend();
      server.node.resume();
      server.await(Status.FAILED);
      server.await("a try of its own", s -> s.events(TelemetryEvent.ListenFailed.class).size() > 1);
      transport.bindError = null;
      server.await(Status.RUNNING);
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  /**
   * Each accept fails at once: without a pause the acceptor would take a processor, and fill the
   * log.
   */
  @Test
  void b6AcceptThatKeepsFailingIsTriedTenTimesASecond() throws Exception {
    var transport = new FlakyTransport();
    try (var server = new RunningServer(at(0, 1).withAcceptors(1), transport, new TestHandler())) {
      transport.failNextAccepts(20, () -> new IOException("no buffers on purpose"));
      long start = System.nanoTime();
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(300));
      assertThat(server.events(TelemetryEvent.AcceptFailed.class)).hasSize(20);
    }
  }
}
