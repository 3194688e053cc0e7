// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.ListenerInfo;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.PathAccess;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Rule S12: a server listens at several addresses, and each of them lives for itself. */
@Timeout(60)
class SeveralAddressesTest {

  @TempDir Path folder;

  static boolean hasIpv6() {
    try (var six = new ServerSocket()) {
      six.bind(new InetSocketAddress("::1", 0));
      return true;
    } catch (IOException none) {
      return false;
    }
  }

  private static ServerSettings at(String... addresses) {
    return at(1, addresses);
  }

  private static ServerSettings at(int acceptors, String... addresses) {
    return RunningServer.settings()
        .withAcceptors(acceptors)
        .with(
            new ListenSettings(
                false,
                Stream.of(addresses).map(ListenAddress::parse).toList(),
                1024,
                1,
                Map.of(),
                PathAccess.DEFAULT));
  }

  private String unix() {
    return "unix:" + folder.resolve("s");
  }

  private static int free() throws IOException {
    try (var free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static ServerSocket taken(String host) throws IOException {
    var taken = new ServerSocket();
    taken.bind(new InetSocketAddress(host, 0));
    return taken;
  }

  /** The port of the address with that number, from 0. */
  private static int port(RunningServer server, int number) {
    ListenerInfo its = server.node.info().listeners().get(number);
    return ((InetSocketAddress) its.address().orElseThrow()).getPort();
  }

  private static Socket connect(RunningServer server, String host, int port) throws IOException {
    var client = new Socket();
    server.onClose(client);
    client.setSoTimeout(20_000);
    client.connect(new InetSocketAddress(InetAddress.getByName(host), port), 20_000);
    return client;
  }

  private static String echoAt(Path path) throws IOException {
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      client.write(ByteBuffer.wrap("u".getBytes(StandardCharsets.UTF_8)));
      var reply = ByteBuffer.allocate(1);
      client.read(reply);
      return new String(reply.array(), StandardCharsets.UTF_8);
    }
  }

  // ---- served

  @Test
  @EnabledIf("hasIpv6")
  void s12OneAcceptorServesTheClientsOfAllAddresses() throws Exception {
    var settings = at("127.0.0.1:0", "[::1]:0", unix());
    try (var server = new RunningServer(settings, new TestHandler())) {
      assertThat(server.node.info().listenSockets()).isEqualTo(3);
      for (int i = 0; i < 10; i++) {
        assertThat(echo(connect(server, "127.0.0.1", port(server, 0)), "a")).isEqualTo("a");
        assertThat(echo(connect(server, "::1", port(server, 1)), "b")).isEqualTo("b");
        assertThat(echoAt(folder.resolve("s"))).isEqualTo("u");
      }
      assertThat(server.events(TelemetryEvent.ListenerStarted.class))
          .extracting(TelemetryEvent.ListenerStarted::listen)
          .containsExactly("127.0.0.1:" + port(server, 0), "[::1]:" + port(server, 1), unix());
    }
  }

  /**
   * The places are taken one after the other. Each time, a client of either address may come next.
   */
  @Test
  void s12BusyAddressKeepsNoClientOfAnotherAddressWaiting() throws Exception {
    ServerSettings one =
        at("127.0.0.1:0", "127.0.0.2:0").with(new LimitSettings(1, LimitSettings.WhenReached.PARK));
    try (var server = new RunningServer(one, new TestHandler())) {
      var busy = new ArrayList<Socket>();
      for (int i = 0; i < 12; i++) {
        busy.add(connect(server, "127.0.0.1", port(server, 0)));
      }
      assertThat(echo(busy.getFirst(), "a")).isEqualTo("a");
      var quiet = connect(server, "127.0.0.2", port(server, 1));
      int served = 1;
      busy.removeFirst().close();
      while (next(server).local() instanceof InetSocketAddress local
          && local.getPort() == port(server, 0)) {
        served++;
        var its = busy.removeFirst();
        assertThat(echo(its, "b")).isEqualTo("b");
        its.close();
      }
      assertThat(echo(quiet, "q")).isEqualTo("q");
      assertThat(served).isLessThanOrEqualTo(3);
    }
  }

  private long lastSeen = 1;

  /** The next connection that there is. */
  private ConnectionInfo next(RunningServer server) {
    server.await(
        "another connection",
        s -> s.node.connections().stream().anyMatch(each -> each.id() > lastSeen));
    ConnectionInfo newest = server.node.connections().getLast();
    lastSeen = newest.id();
    return newest;
  }

  @Test
  void l3ListeningSocketsOfAllAddressesAreSpreadRoundRobinOverTheWorkers() throws Exception {
    var settings = at(4, "127.0.0.1:0", "127.0.0.2:0");
    try (var server = new RunningServer(settings, new TestHandler())) {
      for (int i = 0; i < 8; i++) {
        assertThat(echo(connect(server, "127.0.0.1", port(server, 0)), "a")).isEqualTo("a");
        assertThat(echo(connect(server, "127.0.0.2", port(server, 1)), "b")).isEqualTo("b");
      }
      assertThat(server.node.connections())
          .allSatisfy(
              each -> {
                boolean first = ((InetSocketAddress) each.local()).getPort() == port(server, 0);
                assertThat(each.acceptor() % 2).isEqualTo(first ? 1 : 0);
              });
    }
  }

  @Test
  @EnabledIf("hasIpv6")
  void s12WildcardOfIpv6ServesBothAndTheOneOfIpv4BesideItIsNamed() throws Exception {
    try (var server = new RunningServer(at("[::]:0"), new TestHandler())) {
      int port = port(server, 0);
      var four = connect(server, "127.0.0.1", port);
      assertThat(echo(four, "4")).isEqualTo("4");
      assertThat(echo(connect(server, "::1", port), "6")).isEqualTo("6");
      assertThat(server.node.connections().getFirst().remote())
          .isEqualTo(four.getLocalSocketAddress()); // an IPv4 address, not a mapped one

      assertThat(server.node.configure(at("[::]:0", "*:" + port)).orElseThrow())
          .isEqualTo(
              "listen is 0.0.0.0:%d; allowed: an address of this machine on which nobody listens (Address already in use: 0.0.0.0:%d)"
                  .formatted(port, port));
    }
  }

  @Test
  void s12NetworkInterfaceIsAllItsAddresses() throws Exception {
    try (var server = new RunningServer(at("lo:0"), new TestHandler())) {
      var its = server.node.info().listeners();
      assertThat(its).extracting(ListenerInfo::listen).allMatch(each -> each.startsWith("lo:"));
      assertThat(its)
          .anyMatch(each -> each.listen().endsWith(" (127.0.0.1)"))
          .hasSize(hasIpv6() ? 2 : 1);
      for (ListenerInfo each : its) {
        var address = (InetSocketAddress) each.address().orElseThrow();
        assertThat(address.getAddress().isLoopbackAddress()).isTrue();
        var client = connect(server, address.getAddress().getHostAddress(), address.getPort());
        assertThat(echo(client, "i")).isEqualTo("i");
      }
      List<ListenerInfo> before = server.node.info().listeners();
      server.node.suspend();
      server.node.resume();
      assertThat(server.node.info().listeners()).isEqualTo(before);
    }
  }

  /** A Unix client has no address that could be counted. */
  @Test
  void s12CapsPerAddressDoNotCountClientsOfUnixSockets() throws Exception {
    var settings =
        at("127.0.0.1:0", unix()).with(RunningServer.settings().limits().withShares(0, 1));
    try (var server = new RunningServer(settings, new TestHandler());
        var first = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("s")))) {
      server.awaitConnections(1);
      assertThat(echoAt(folder.resolve("s"))).isEqualTo("u");
      assertThat(first.isConnected()).isTrue();
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      assertThat(server.node.info().refused()).isEmpty();
    }
  }

  // ---- an address that cannot be had

  /** The only acceptor is the one of the address that is taken. */
  @Test
  void s12AddressThatIsTakenIsNamedAndHadOnceItIsFreeWhileTheOthersServe() throws Exception {
    try (var taken = taken("127.0.0.1")) {
      int port = taken.getLocalPort();
      var settings = at("127.0.0.1:" + port, "127.0.0.1:0");
      try (var server = new RunningServer(settings, new TestHandler())) {
        assertThat(server.node.info().reason())
            .hasValue("cannot listen at 127.0.0.1:%d: Address already in use".formatted(port));
        assertThat(server.node.info().listeners().getFirst())
            .isEqualTo(
                new ListenerInfo(
                    "127.0.0.1:" + port, Optional.empty(), 0, server.node.info().reason()));
        assertThat(server.awaitEvent(TelemetryEvent.ListenFailed.class).listen())
            .isEqualTo("127.0.0.1:" + port);
        var client = connect(server, "127.0.0.1", port(server, 1));
        assertThat(echo(client, "a")).isEqualTo("a");

        taken.close();

        server.await("no trouble", s -> s.node.info().reason().isEmpty());
        assertThat(echo(connect(server, "127.0.0.1", port), "b")).isEqualTo("b");
        assertThat(echo(client, "c")).isEqualTo("c");
        assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
        assertThat(server.events(TelemetryEvent.ReadinessChanged.class)).hasSize(1);
        assertThat(server.events(TelemetryEvent.ListenerStarted.class).getLast().failed()).isTrue();
      }
    }
  }

  @Test
  void s12ServerIsFailedWhileItListensNowhereAndRunsAgainWithTheFirstAddressThatIsFree()
      throws Exception {
    int one = free();
    var settings = at("127.0.0.1:" + one, "127.0.0.2:" + one);
    try (var server = new RunningServer(settings, new TestHandler())) {
      var client = connect(server, "127.0.0.1", one);
      assertThat(echo(client, "a")).isEqualTo("a");
      server.node.suspend();
      try (var first = new ServerSocket()) {
        try (var second = new ServerSocket()) {
          first.bind(new InetSocketAddress("127.0.0.1", one));
          second.bind(new InetSocketAddress("127.0.0.2", one));
          server.node.resume();
          server.await(Status.FAILED);
          assertThat(server.node.info().reason())
              .hasValue(
                  "cannot listen at 127.0.0.1:%d: Address already in use; cannot listen at 127.0.0.2:%d: Address already in use"
                      .formatted(one, one));
          assertThat(echo(client, "b")).isEqualTo("b");
        }
        server.await(Status.RUNNING);
        assertThat(server.node.info().reason())
            .hasValue("cannot listen at 127.0.0.1:%d: Address already in use".formatted(one));
        assertThat(echo(connect(server, "127.0.0.2", one), "c")).isEqualTo("c");
      }
      server.await("no trouble", s -> s.node.info().reason().isEmpty());
      assertThat(echo(client, "d")).isEqualTo("d");
    }
  }

  @Test
  void a9AddressThatIsNotOursOrNotPermittedIsNamed() throws Exception {
    var settings = at("127.0.0.1:0", "192.0.2.77:7777", "no.such.interface0:7777", "unix:/sys/s");
    try (var server = new RunningServer(settings, new TestHandler())) {
      assertThat(server.node.info().reason().orElseThrow())
          .contains("cannot listen at 192.0.2.77:7777: Cannot assign requested address")
          .contains(
              "cannot listen at no.such.interface0:7777: no host and no interface has the name no.such.interface0")
          .containsPattern(
              "cannot listen at unix:/sys/s: .*(not permitted|Permission denied|Read-only)");
      assertThat(echo(connect(server, "127.0.0.1", port(server, 0)), "a")).isEqualTo("a");
    }
  }

  /** A bug of a transport at one address. */
  @Test
  void s12ListenerThatCrashesIsRestartedAloneAndTheOthersKeepTheirChannels() throws Exception {
    var transport = new Buggy();
    var settings = at("127.0.0.1:0", "127.0.0.2:0");
    try (var server = new RunningServer(settings, transport, new TestHandler())) {
      server.await("restarted", s -> !s.events(TelemetryEvent.Restarted.class).isEmpty());
      server.await("both", s -> s.node.info().listenSockets() == 2);
      assertThat(server.events(TelemetryEvent.Restarted.class))
          .extracting(TelemetryEvent.Restarted::node)
          .containsExactly("listener 127.0.0.2:" + port(server, 1));
      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
      assertThat(echo(connect(server, "127.0.0.1", port(server, 0)), "a")).isEqualTo("a");
      assertThat(echo(connect(server, "127.0.0.2", port(server, 1)), "b")).isEqualTo("b");
    }
  }

  /** TCP that throws once, at 127.0.0.2. */
  private static final class Buggy implements Transport {
    private final AtomicBoolean thrown = new AtomicBoolean();

    @Override
    public ListeningChannel listen(ListenAt at) throws IOException {
      if (((InetSocketAddress) at.address()).getHostString().equals("127.0.0.2")
          && thrown.compareAndSet(false, true)) {
        throw new IllegalStateException("a bug on purpose");
      }
      return RunningServer.TCP.listen(at);
    }
  }

  // ---- changed live

  @Test
  void s12AddressesThatStayKeepTheirChannelsAndTheOthersComeAndGo() throws Exception {
    int port = free();
    var brief =
        RunningServer.settings().with(new ListenSettings("127.0.0.1", port, 1024, 1, Map.of()));
    try (var server = new RunningServer(brief, new TestHandler())) {
      var client = connect(server, "127.0.0.1", port);
      assertThat(echo(client, "a")).isEqualTo("a");

      assertThat(server.node.configure(at("127.0.0.2:0", "127.0.0.1:" + port, unix()))).isEmpty();

      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
      int ephemeral = port(server, 0);
      assertThat(echo(connect(server, "127.0.0.2", ephemeral), "b")).isEqualTo("b");
      assertThat(echo(connect(server, "127.0.0.1", port), "c")).isEqualTo("c");
      assertThat(echoAt(folder.resolve("s"))).isEqualTo("u");

      assertThat(server.node.configure(at(3, unix(), "127.0.0.2:0"))).isEmpty();

      assertThat(port(server, 1)).isEqualTo(ephemeral);
      assertThat(server.events(TelemetryEvent.ListenerStopped.class))
          .extracting(TelemetryEvent.ListenerStopped::listen)
          .containsExactly("127.0.0.1:" + port);
      assertThatThrownBy(() -> connect(server, "127.0.0.1", port))
          .isInstanceOf(ConnectException.class);
      for (int i = 0; i < 6; i++) {
        assertThat(echo(connect(server, "127.0.0.2", ephemeral), "d")).isEqualTo("d");
        assertThat(echoAt(folder.resolve("s"))).isEqualTo("u");
      }
      assertThat(echo(client, "e")).isEqualTo("e");
    }
  }

  @Test
  void s12NewListIsRefusedAsAWholeWhenOneOfItsAddressesIsTaken() throws Exception {
    int unused = free();
    try (var taken = taken("127.0.0.1");
        var server = new RunningServer(at("127.0.0.1:0"), new TestHandler())) {
      int port = taken.getLocalPort();
      var problem =
          server.node.configure(at("127.0.0.1:0", "127.0.0.1:" + unused, "127.0.0.1:" + port));
      assertThat(problem.orElseThrow())
          .startsWith("listen is 127.0.0.1:%d; allowed: an address of this".formatted(port));
      assertThat(server.node.info().listenSockets()).isEqualTo(1);
      try (var free = new ServerSocket()) { // the new address was given up again
        free.bind(new InetSocketAddress("127.0.0.1", unused));
      }
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  /** Nobody else gets the port in between: the channels share it for a moment. */
  /** {@code channel}, which notes its options; it refuses those that come second. */
  private static ListeningChannel choosy(ListeningChannel channel, List<String> options) {
    return (ListeningChannel)
        Proxy.newProxyInstance(
            ListeningChannel.class.getClassLoader(),
            new Class<?>[] {ListeningChannel.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("options")) {
                options.add(channel.localAddress() + " " + arguments[0]);
                if (options.size() == 2) {
                  throw new IllegalArgumentException("on purpose");
                }
              }
              return method.invoke(channel, arguments);
            });
  }

  @Test
  void s12OptionsThatOneAddressRefusesAreTakenBackAtTheOthers() throws Exception {
    List<String> options = Collections.synchronizedList(new ArrayList<>());
    Transport transport = at -> choosy(RunningServer.TCP.listen(at), options);
    var before = at("127.0.0.1:0", "127.0.0.2:0");
    ListenSettings listen = before.listen();
    var wanted =
        new ListenSettings(
            false,
            listen.addresses(),
            1024,
            1,
            Map.of(StandardSocketOptions.SO_RCVBUF, 30_000),
            PathAccess.DEFAULT);
    try (var server = new RunningServer(before, transport, new TestHandler())) {
      assertThat(server.node.configure(before.with(wanted)).orElseThrow()).contains("on purpose");
      assertThat(options).hasSize(3);
      String first = options.getFirst();
      assertThat(options.getLast())
          .isEqualTo(first.substring(0, first.indexOf(' ')) + " " + Map.of());
    }
  }

  @Test
  void s12HostOfAPortChangesThoughBothNeedTheSamePort() throws Exception {
    int port = free();
    try (var server = new RunningServer(at("127.0.0.1:" + port, unix()), new TestHandler())) {
      assertThat(server.node.configure(at("0.0.0.0:" + port, unix()))).isEmpty();
      assertThat(echo(connect(server, "127.0.0.2", port), "a")).isEqualTo("a");
      assertThat(server.node.configure(at("127.0.0.1:" + port, unix()))).isEmpty();
      assertThat(echo(connect(server, "127.0.0.1", port), "b")).isEqualTo("b");
    }
  }

  @Test
  void s12ListThatChangesUnderLoadRefusesAndLosesNobodyAtTheAddressThatStays() throws Exception {
    try (var server = new RunningServer(at(2, "127.0.0.1:0"), new TestHandler())) {
      int port = port(server, 0);
      var over = new AtomicBoolean();
      var load =
          CompletableFuture.supplyAsync(
              () -> {
                int served = 0;
                try {
                  while (!over.get() || served < 50) {
                    try (var client = new Socket("127.0.0.1", port)) {
                      client.setSoTimeout(20_000);
                      assertThat(echo(client, "x")).isEqualTo("x");
                      served++;
                    }
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
                return served;
              },
              task -> Thread.ofPlatform().daemon().start(task));
      for (int i = 0; i < 40; i++) {
        assertThat(server.node.configure(at(2, "127.0.0.2:0", "127.0.0.1:0", unix() + i)))
            .isEmpty();
        assertThat(echoAt(folder.resolve("s" + i))).isEqualTo("u");
        assertThat(server.node.configure(at(2, "127.0.0.1:0"))).isEmpty();
      }
      over.set(true);
      System.out.println(
          "S12: 80 changed lists, clients served: " + load.get(20, TimeUnit.SECONDS));
      assertThat(
              server.events(TelemetryEvent.ListenerStopped.class).stream()
                  .filter(each -> each.listen().startsWith("127.0.0.1:")))
          .isEmpty();
    }
  }

  @Test
  void s12ListThatChangesWhileTheServerIsSuspendedAppliesWhenItResumes() throws Exception {
    try (var server = new RunningServer(at("127.0.0.1:0"), new TestHandler())) {
      int port = port(server, 0);
      server.node.suspend();
      assertThat(server.node.configure(at("127.0.0.2:0", "127.0.0.1:0"))).isEmpty();
      assertThat(server.node.info().listenSockets()).isZero();
      assertThatThrownBy(() -> connect(server, "127.0.0.1", port))
          .isInstanceOf(ConnectException.class);
      server.node.resume();
      assertThat(port(server, 1)).isEqualTo(port);
      assertThat(echo(connect(server, "127.0.0.1", port), "a")).isEqualTo("a");
      assertThat(echo(connect(server, "127.0.0.2", port(server, 0)), "b")).isEqualTo("b");
    }
  }

  /** Clients that the kernel has queued at an address that goes are taken first. */
  @Test
  void s12ClientsThatWaitAtAnAddressThatGoesAreServed() throws Exception {
    ServerSettings one =
        at("127.0.0.1:0", "127.0.0.2:0").with(new LimitSettings(1, LimitSettings.WhenReached.PARK));
    try (var server = new RunningServer(one, new TestHandler())) {
      var holder = connect(server, "127.0.0.1", port(server, 0));
      assertThat(echo(holder, "a")).isEqualTo("a");
      int going = port(server, 1);
      var waiting = new ArrayList<Socket>();
      for (int i = 0; i < 10; i++) {
        var client = connect(server, "127.0.0.2", going);
        send(client, "w");
        waiting.add(client);
      }
      assertThat(server.node.configure(at("127.0.0.1:0"))).isEmpty(); // and there are places
      for (Socket client : waiting) {
        assertThat(read(client, 1)).isEqualTo("w");
      }
      assertThatThrownBy(() -> connect(server, "127.0.0.2", going))
          .isInstanceOf(ConnectException.class);
    }
  }

  // ---- in the worst moment

  /** The poller accepts: no carrier is needed, and no channel of the acceptor's own address. */
  @Test
  void s12ClientIsAcceptedWithoutACarrierThoughItsAcceptorAttendsAnAddressThatIsDown()
      throws Exception {
    try (var taken = taken("127.0.0.1");
        var server =
            new RunningServer(
                at("127.0.0.1:" + taken.getLocalPort(), "127.0.0.1:0"), new TestHandler())) {
      server.serve(new TestHandler(), true);
      int port = port(server, 1);
      assertThat(echo(connect(server, "127.0.0.1", port), "a")).isEqualTo("a");
      int carriers =
          Integer.getInteger(
              "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
      var busy = new CountDownLatch(carriers);
      var released = new AtomicBoolean();
      for (int i = 0; i < carriers; i++) {
        Thread.ofVirtual()
            .start(
                () -> {
                  busy.countDown();
                  while (!released.get()) {
                    Thread.onSpinWait();
                  }
                });
      }
      try {
        assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(echo(connect(server, "127.0.0.1", port), "b")).isEqualTo("b");
      } finally {
        released.set(true);
      }
    }
  }

  /**
   * Lists, numbers of acceptors and of sockets change at random, channels get lost, the server is
   * suspended and resumed, and clients come all the time.
   */
  @Test
  void s12StampedeOfChangesLeavesTheServerAtTheAddressesOfItsLastListAndNoChannelBehind()
      throws Exception {
    long seed = System.nanoTime();
    var transport = new CountingTransport();
    List<String> all =
        List.of("127.0.0.1:" + free(), "127.0.0.2:" + free(), "127.0.0.3:" + free(), "127.0.0.4:0");
    var server = new RunningServer(at(2, all.getFirst()), transport, new TestHandler());
    try (server) {
      var over = new AtomicBoolean();
      var served = new AtomicInteger();
      var changes = new AtomicInteger();
      List<CompletableFuture<Void>> crowd =
          List.of(
              again(over, seed + 1, random -> change(server, all, random, changes)),
              again(over, seed + 2, random -> disturb(server, transport, random)),
              again(over, seed + 3, random -> visit(all.get(random.nextInt(3)), served)),
              again(over, seed + 4, random -> visit(all.get(random.nextInt(3)), served)));
      TimeUnit.SECONDS.sleep(3); // the length of the stampede; nothing is awaited
      over.set(true);
      for (CompletableFuture<Void> each : crowd) {
        each.get(30, TimeUnit.SECONDS);
      }
      System.out.printf(
          "S12: stampede, seed %d: %d lists, %d clients served%n",
          seed, changes.get(), served.get());
      server.node.resume();
      ServerSettings last = at(2, all.toArray(String[]::new));
      for (int i = 0; server.node.configure(last).isPresent(); i++) { // a lost port is in use yet
        assertThat(i).as("tries").isLessThan(1_000);
        TimeUnit.MILLISECONDS.sleep(10);
      }
      server.await("all four", s -> s.node.info().listenSockets() == 4);
      for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 3; k++) {
          var client = connect(server, "127.0.0." + (i + 1), port(server, i));
          assertThat(echo(client, "z")).isEqualTo("z");
        }
      }
      assertThat(served).hasPositiveValue();
      assertThat(server.events(TelemetryEvent.Restarted.class)).isEmpty();
      assertThat(transport.open()).isEqualTo(4);
      server.stop();
      assertThat(transport.open()).isZero();
    }
  }

  private interface Deed {
    void act(Random random) throws Exception;
  }

  private static CompletableFuture<Void> again(AtomicBoolean over, long seed, Deed deed) {
    var random = new Random(seed);
    return CompletableFuture.runAsync(
        () -> {
          try {
            while (!over.get()) {
              deed.act(random);
            }
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }

  private static void change(
      RunningServer server, List<String> all, Random random, AtomicInteger changes) {
    var some = new ArrayList<>(all);
    Collections.shuffle(some, random);
    String[] list = some.subList(0, 1 + random.nextInt(all.size())).toArray(String[]::new);
    ServerSettings next = at(2 + random.nextInt(3), list);
    ListenSettings listen = next.listen();
    var sockets =
        new ListenSettings(
            false,
            listen.addresses(),
            listen.backlog(),
            1 + random.nextInt(2),
            listen.options(),
            listen.access());
    if (server.node.configure(next.with(sockets)).isEmpty()) { // else a lost port is in use still
      changes.incrementAndGet();
    }
  }

  private static void disturb(RunningServer server, CountingTransport transport, Random random)
      throws Exception {
    switch (random.nextInt(3)) {
      case 0 -> server.node.suspend();
      case 1 -> server.node.resume();
      default -> transport.loseOne(random);
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(5));
  }

  private static void visit(String address, AtomicInteger served) {
    int colon = address.indexOf(':');
    try (var client = new Socket()) {
      client.setSoTimeout(2_000);
      client.connect(
          new InetSocketAddress(
              address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
          2_000);
      if (echo(client, "v").equals("v")) {
        served.incrementAndGet();
      }
    } catch (IOException refusedOrLost) {
      Thread.onSpinWait(); // its channel was closed behind the back of the server, for example
    }
  }
}
