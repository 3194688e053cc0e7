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
import io.thousandisland.runtime.settings.ProxySettings.Mode;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.server.Cidr;
import io.thousandisland.server.Limit;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that begin with a header of the PROXY protocol, as those of a proxy do. */
@Timeout(60)
class ProxyProtocolTest {

  private static final InetSocketAddress CLIENT = address("203.0.113.7", 1000);
  private static final InetSocketAddress FRONT = address("198.51.100.1", 443);
  private static final String V1 = "PROXY TCP4 203.0.113.7 198.51.100.1 1000 443\r\n";
  private static final Duration SOON = Duration.ofMillis(200);

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(ip, port);
  }

  private static ServerSettings required(Object... more) {
    return with(Mode.REQUIRED, more);
  }

  private static ServerSettings with(Mode mode, Object... more) {
    var all = new ArrayList<Object>(List.of("proxyProtocol", mode));
    all.addAll(List.of(more));
    return AlteredSettings.of(all.toArray());
  }

  /** A connection as a handler sees it. */
  private record Seen(
      SocketAddress remote, SocketAddress local, SocketAddress peer, Optional<ProxyHeader> header) {
    static Seen of(Socket socket) {
      return new Seen(
          socket.remoteAddress(),
          socket.localAddress(),
          socket.peerAddress(),
          socket.proxyHeader());
    }
  }

  /** An echo that notes what it sees at the begin. */
  private static class Noting extends TestHandler {
    final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      seen.add(Seen.of(socket));
      return super.handleConnection(socket);
    }

    Seen next() throws InterruptedException {
      Seen one = seen.poll(20, TimeUnit.SECONDS);
      assertThat(one).as("a connection").isNotNull();
      return one;
    }
  }

  private static byte[] v2() {
    ByteBuffer bytes =
        ProxyHeader.version2(CLIENT, FRONT)
            .with(ProxyTlv.authority("example.com"))
            .withChecksum()
            .encode();
    byte[] all = new byte[bytes.remaining()];
    bytes.get(all);
    return all;
  }

  private static String reason(RunningServer server) {
    return server.awaitEvent(TelemetryEvent.ProxyHeaderRefused.class).reason();
  }

  private static void reset(java.net.Socket client) throws IOException {
    client.setOption(StandardSocketOptions.SO_LINGER, 0);
    client.close();
  }

  // ---- the client's addresses and bytes

  @Test
  void k14HandlerSeesTheClientsAddressesAndTheProxys() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(required(), handler)) {
      var proxy = server.connect();
      send(proxy, V1);
      Seen seen = handler.next();
      assertThat(seen.remote()).isEqualTo(CLIENT);
      assertThat(seen.local()).isEqualTo(FRONT);
      assertThat(seen.peer()).isEqualTo(proxy.getLocalSocketAddress());
      assertThat(seen.header()).hasValue(ProxyHeader.version1(CLIENT, FRONT));
    }
  }

  @Test
  void k14HeaderAndFirstBytesInOnePacketAreSeparated() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(required(), handler)) {
      var proxy = server.connect();
      send(proxy, V1 + "hello");
      assertThat(read(proxy, 5)).isEqualTo("hello");
      assertThat(echo(proxy, "more")).isEqualTo("more");
      server
          .node
          .connections()
          .forEach(one -> assertThat(one.counters().bytesReceived()).isEqualTo(9));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void k14HeaderIsUnderstoodInEverySplit(int version) throws Exception {
    byte[] header = version == 1 ? V1.getBytes(StandardCharsets.US_ASCII) : v2();
    byte[] all = Arrays.copyOf(header, header.length + 3);
    System.arraycopy("abc".getBytes(StandardCharsets.US_ASCII), 0, all, header.length, 3);
    var handler = new Noting();
    try (var transport = new MemoryTransport();
        var server = new RunningServer(required(), transport, handler)) {
      int port = server.port();
      for (int split = 1; split < all.length; split++) {
        MemoryPeer proxy = transport.connect(port);
        proxy.send(Arrays.copyOf(all, split));
        proxy.send(Arrays.copyOfRange(all, split, all.length));
        assertThat(proxy.read(3)).as("split at " + split).isEqualTo("abc");
        assertThat(handler.next().remote()).isEqualTo(CLIENT);
        proxy.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void k14HeaderIsUnderstoodOneByteAtATime(int version) throws Exception {
    byte[] header = version == 1 ? V1.getBytes(StandardCharsets.US_ASCII) : v2();
    var handler = new Noting();
    try (var server = new RunningServer(required(), handler)) {
      var proxy = server.connect();
      for (byte one : header) {
        proxy.getOutputStream().write(one);
      }
      assertThat(echo(proxy, "abc")).isEqualTo("abc");
      assertThat(handler.next().header().orElseThrow().version()).isEqualTo(version);
    }
  }

  @Test
  void k14FactsOfVersion2AreFactsOfTheSocket() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(required(), handler)) {
      var proxy = server.connect();
      proxy.getOutputStream().write(v2());
      assertThat(echo(proxy, "abc")).isEqualTo("abc");
      assertThat(handler.next().header().orElseThrow().authority()).hasValue("example.com");
    }
  }

  @Test
  void k14UnknownClientHasTheAddressesOfTheConnection() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(required(), handler)) {
      var proxy = server.connect();
      send(proxy, "PROXY UNKNOWN\r\nhello");
      assertThat(read(proxy, 5)).isEqualTo("hello");
      Seen seen = handler.next();
      assertThat(seen.remote()).isEqualTo(proxy.getLocalSocketAddress());
      assertThat(seen.local()).isEqualTo(proxy.getRemoteSocketAddress());
      assertThat(seen.header()).hasValue(ProxyHeader.unknown());
    }
  }

  @Test
  void k14ServerThatSpeaksFirstDoesSoAfterTheHeader() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.send(bytes("hi " + ((InetSocketAddress) socket.remoteAddress()).getPort()));
            return super.handleConnection(socket);
          }
        };
    try (var server = new RunningServer(required(), handler)) {
      var proxy = server.connect();
      send(proxy, V1);
      assertThat(read(proxy, 7)).isEqualTo("hi 1000");
    }
  }

  // ---- no header, or none that is right

  @Test
  void k14ConnectionWithoutAHeaderIsRefusedWhereOneIsRequired() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(required(), handler)) {
      var client = server.connect();
      send(client, "GET / HTTP/1.1\r\n\r\n");
      assertThat(ended(client)).isTrue();
      assertThat(reason(server)).isEqualTo("it begins without a PROXY header");
      server.awaitFreePlaces();
      assertThat(server.node.info().refused()).containsEntry(Limit.PROXY, 1L);
      assertThat(server.node.info().accepted()).isZero();
      assertThat(server.events(TelemetryEvent.OfConnection.class)).isEmpty();
      assertThat(handler.refs).isEmpty();
    }
  }

  @Test
  void k14BytesWithoutAHeaderAreTheClientsWhereOneIsOptional() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(with(Mode.OPTIONAL), handler)) {
      var client = server.connect();
      assertThat(echo(client, "GET / HTTP/1.1")).isEqualTo("GET / HTTP/1.1");
      Seen seen = handler.next();
      assertThat(seen.header()).isEmpty();
      assertThat(seen.remote()).isEqualTo(client.getLocalSocketAddress());
      assertThat(seen.peer()).isEqualTo(seen.remote());
    }
  }

  @Test
  void k14BeginningOfAMarkIsTheClientsWhenTheTimeIsOverAndAHeaderIsOptional() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(with(Mode.OPTIONAL, "proxyTimeout", SOON), handler)) {
      assertThat(echo(server.connect(), "\r\n\r\n")).isEqualTo("\r\n\r\n");
      var silent = server.connect();
      assertThat(handler.next().header()).isEmpty();
      assertThat(handler.next().header()).isEmpty(); // of the silent one
      assertThat(echo(silent, V1)).isEqualTo(V1); // too late for a header
    }
  }

  @Test
  void k14HalfClosedClientWithoutAHeaderIsServedWhereOneIsOptional() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(with(Mode.OPTIONAL), handler)) {
      var client = server.connect();
      send(client, "PRO");
      client.shutdownOutput();
      assertThat(read(client, 3)).isEqualTo("PRO");
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }

  @Test
  void k14MalformedHeaderCostsNoPlaceAndOneEvent() throws Exception {
    var one = new LimitSettings(1, WhenReached.PARK);
    try (var server = new RunningServer(required().with(one), new TestHandler())) {
      for (int i = 0; i < 20; i++) {
        var client = server.connect();
        send(client, "PROXY TCP4 203.0.113.7 198.51.100.1 1000 99999\r\n");
        assertThat(ended(client)).isTrue();
      }
      server.awaitFreePlaces();
      assertThat(server.events(TelemetryEvent.ProxyHeaderRefused.class))
          .hasSize(20)
          .allSatisfy(e -> assertThat(e.reason()).startsWith("its PROXY header is malformed: "));
      assertThat(server.events(TelemetryEvent.OfConnection.class)).isEmpty();
      var right = server.connect();
      send(right, V1 + "ab");
      assertThat(read(right, 2)).isEqualTo("ab");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OPTIONAL", "REQUIRED"})
  void k14LineOf107BytesWithoutAnEndIsRefusedAtOnce(Mode mode) throws Exception {
    try (var server =
        new RunningServer(with(mode, "proxyTimeout", Duration.ofHours(1)), new TestHandler())) {
      var client = server.connect();
      send(client, "PROXY UNKNOWN " + "x".repeat(93));
      assertThat(ended(client)).isTrue();
      assertThat(reason(server)).contains("107 bytes");
    }
  }

  @Test
  void k14HeaderThatComesTooSlowlyIsRefusedWhenTheTimeIsOver() throws Exception {
    try (var server = new RunningServer(required("proxyTimeout", SOON), new TestHandler())) {
      var silent = server.connect();
      assertThat(ended(silent)).isTrue();
      assertThat(reason(server)).isEqualTo("no PROXY header came within 200ms (proxyTimeout)");
      var slow = server.connect();
      try {
        for (char each : V1.toCharArray()) { // each byte comes in time; the header does not
          send(slow, String.valueOf(each));
          TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(ended(slow)).isTrue();
      } catch (java.net.SocketException closed) {
        // while it was still sending
      }
      server.await(
          "second refusal", s -> s.events(TelemetryEvent.ProxyHeaderRefused.class).size() == 2);
      assertThat(server.events(TelemetryEvent.ProxyHeaderRefused.class).getLast().reason())
          .isEqualTo("its PROXY header was not complete within 200ms (proxyTimeout)");
      server.awaitFreePlaces();
    }
  }

  @Test
  void k14PeerThatEndsInItsHeaderIsRefusedAndOneThatSendsNothingIsNobody() throws Exception {
    try (var server = new RunningServer(required(), new TestHandler())) {
      server.connect().close();
      server.awaitFreePlaces();
      var client = server.connect();
      send(client, V1.substring(0, 20));
      client.shutdownOutput();
      assertThat(ended(client)).isTrue();
      assertThat(reason(server)).isEqualTo("it ended before its PROXY header was complete");
      server.awaitFreePlaces();
      assertThat(server.node.info().refused()).containsEntry(Limit.PROXY, 1L);
    }
  }

  @Test
  void k14MemoryOfALongHeaderIsGivenBack() throws Exception {
    var memory = new MemoryBudget();
    try (var server = new RunningServer(required(), RunningServer.TCP, new TestHandler(), memory)) {
      var client = server.connect();
      byte[] begin = v2();
      begin[14] = 0x3f; // 16,127 bytes are to come
      client.getOutputStream().write(begin);
      server.await("some memory", s -> memory.used() > 0);
      client.getOutputStream().write(new byte[10_000]);
      reset(client);
      server.awaitFreePlaces();
      server.await("memory", s -> memory.used() == 0);
    }
  }

  // ---- who may send a header

  @Test
  void k14StrangerIsRefusedWhereAHeaderIsRequired() throws Exception {
    try (var server =
        new RunningServer(required("proxySources", "10.0.0.0/8"), new TestHandler())) {
      var stranger = server.connect();
      assertThat(ended(stranger)).isTrue();
      var refused = server.awaitEvent(TelemetryEvent.ProxyHeaderRefused.class);
      assertThat(refused.reason()).isEqualTo("its address is none of a proxy (proxySources)");
      assertThat(refused.remote()).isEqualTo(stranger.getLocalSocketAddress());
      server.awaitFreePlaces();
    }
  }

  @Test
  void k14HeaderOfAStrangerIsOrdinaryDataWhereAHeaderIsOptional() throws Exception {
    var handler = new Noting();
    try (var server =
        new RunningServer(with(Mode.OPTIONAL, "proxySources", "10.0.0.0/8"), handler)) {
      var stranger = server.connect();
      assertThat(echo(stranger, V1)).isEqualTo(V1);
      Seen seen = handler.next();
      assertThat(seen.header()).isEmpty();
      assertThat(seen.remote()).isEqualTo(stranger.getLocalSocketAddress());
    }
  }

  // ---- lists and limits

  @Test
  void k14ListsAreAboutTheClientsAddress() throws Exception {
    var deny = new AccessSettings(List.of(), List.of(Cidr.parse("203.0.113.0/24").orElseThrow()));
    try (var server = new RunningServer(required().with(deny), new TestHandler())) {
      var denied = server.connect();
      send(denied, V1);
      assertThat(ended(denied)).isTrue();
      var refused = server.awaitEvent(TelemetryEvent.ConnectionRefused.class);
      assertThat(refused.because()).isEqualTo(Limit.ACCESS);
      assertThat(refused.remote()).isEqualTo(CLIENT);
      var other = server.connect();
      send(other, "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\nab");
      assertThat(read(other, 2)).isEqualTo("ab");
      assertThat(server.node.info().accepted()).isEqualTo(1);
    }
  }

  @Test
  void k14ProxyItselfNeedNotBeAllowed() throws Exception {
    var allow = new AccessSettings(List.of(Cidr.parse("203.0.113.0/24").orElseThrow()), List.of());
    try (var server = new RunningServer(required().with(allow), new TestHandler())) {
      var proxy = server.connect();
      send(proxy, V1 + "ab");
      assertThat(read(proxy, 2)).isEqualTo("ab");
      var unknown = server.connect();
      send(unknown, "PROXY UNKNOWN\r\nab");
      assertThat(ended(unknown)).isTrue(); // its own address counts, and is not allowed
    }
  }

  @Test
  void k14CapOfAnAddressIsAboutTheClientsAddress() throws Exception {
    var two = new LimitSettings(1000, WhenReached.PARK).withShares(0, 2);
    try (var server = new RunningServer(required().with(two), new TestHandler())) {
      for (int i = 0; i < 2; i++) {
        var proxy = server.connect();
        send(proxy, V1 + "ab");
        assertThat(read(proxy, 2)).isEqualTo("ab");
      }
      var third = server.connect();
      send(third, V1 + "ab");
      assertThat(ended(third)).isTrue();
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionRefused.class).because())
          .isEqualTo(Limit.CONNECTIONS_PER_ADDRESS);
      var other = server.connect();
      send(other, "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\nab");
      assertThat(read(other, 2)).isEqualTo("ab");
      server.clients().getFirst().close();
      server.awaitConnections(2);
      server.await("a place of the address", s -> s.node.placesTaken() == 2);
      var again = server.connect();
      send(again, V1 + "ab");
      assertThat(read(again, 2)).isEqualTo("ab");
    }
  }

  @Test
  void k14WaitTakesAPlaceOfTheServer() throws Exception {
    var one = new LimitSettings(1, WhenReached.PARK);
    try (var server = new RunningServer(required().with(one), new TestHandler())) {
      var waiting = server.connect();
      server.awaitConnections(1);
      var next = server.connect();
      send(next, V1 + "ab");
      server.awaitEvent(TelemetryEvent.LimitReached.class);
      waiting.close();
      assertThat(read(next, 2)).isEqualTo("ab");
    }
  }

  @Test
  void k14DrainOfAnAddressIsAboutTheClientsAddress() throws Exception {
    try (var server = new RunningServer(required(), new TestHandler())) {
      var proxy = server.connect();
      send(proxy, V1 + "ab");
      assertThat(read(proxy, 2)).isEqualTo("ab");
      assertThat(server.node.connections().getFirst().remote()).isEqualTo(CLIENT);
      server.node.drainAddress("127.0.0.0/8").result().join();
      assertThat(echo(proxy, "cd")).isEqualTo("cd");
      server.node.drainAddress("203.0.113.0/24").result().join();
      assertThat(ended(proxy)).isTrue();
    }
  }

  @Test
  void k14EventsOfAConnectionNameTheClient() throws Exception {
    try (var server = new RunningServer(required(), new TestHandler())) {
      var proxy = server.connect();
      send(proxy, V1 + "ab");
      assertThat(read(proxy, 2)).isEqualTo("ab");
      proxy.close();
      server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(server.events(TelemetryEvent.OfConnection.class))
          .isNotEmpty()
          .allSatisfy(e -> assertThat(e.span().remote()).isEqualTo(CLIENT));
    }
  }

  // ---- health checks

  /** A health check as HAProxy's: the header, then a reset. */
  private static void check(RunningServer server, int version) throws IOException {
    var probe = server.connect();
    if (version == 1) {
      send(
          probe,
          "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\n"
              .formatted(probe.getLocalPort(), probe.getPort()));
    } else {
      ByteBuffer bytes = ProxyHeader.local().withChecksum().encode();
      proxyBytes(probe, bytes);
    }
    reset(probe);
  }

  private static void proxyBytes(java.net.Socket to, ByteBuffer bytes) throws IOException {
    byte[] all = new byte[bytes.remaining()];
    bytes.get(all);
    to.getOutputStream().write(all);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void k14HealthCheckIsNotCounted(int version) throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(required(), handler)) {
      for (int i = 0; i < 20; i++) {
        check(server, version);
      }
      var last = server.connect();
      send(last, V1 + "ab");
      assertThat(read(last, 2)).isEqualTo("ab");
      server.await("only the client", s -> s.node.placesTaken() == 1);
      assertThat(server.node.info().accepted()).isEqualTo(1);
      assertThat(server.node.info().refused()).isEmpty();
      assertThat(server.events(TelemetryEvent.ConnectionStarted.class)).hasSize(1);
      assertThat(server.events(TelemetryEvent.ConnectionStopped.class)).isEmpty();
      assertThat(handler.refs).hasSize(1);
    }
  }

  @Test
  void k14HealthCheckThatStaysIsServedAndTakesNoPlace() throws Exception {
    var handler =
        new Noting() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.send(bytes("hi"));
            return super.handleConnection(socket);
          }
        };
    try (var server = new RunningServer(required(), handler)) {
      var probe = server.connect();
      proxyBytes(probe, ProxyHeader.local().encode());
      assertThat(read(probe, 2)).isEqualTo("hi");
      assertThat(echo(probe, "ping")).isEqualTo("ping");
      assertThat(handler.next().remote()).isEqualTo(probe.getLocalSocketAddress());
      assertThat(server.node.placesTaken()).isZero();
      assertThat(server.node.connections().getFirst().counted()).isFalse();
      probe.close();
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }

  @Test
  void k14ResetOfAHealthCheckThatStayedIsAnOrdinaryEnd() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(required(), handler)) {
      var probe = server.connect();
      proxyBytes(probe, ProxyHeader.local().encode());
      handler.ref();
      reset(probe);
      assertThat(handler.ended()).isEqualTo("close new");
      assertThat(server.events(TelemetryEvent.ReceiveFailed.class)).isEmpty();
    }
  }

  @Test
  void k14HealthCheckNeedsNoPermissionOfTheLists() throws Exception {
    var deny = new AccessSettings(List.of(), List.of(Cidr.parse("127.0.0.0/8").orElseThrow()));
    try (var server = new RunningServer(required().with(deny), new TestHandler())) {
      var probe = server.connect();
      proxyBytes(probe, ProxyHeader.local().encode());
      assertThat(echo(probe, "ping")).isEqualTo("ping");
    }
  }

  // ---- ends and changes during the wait

  @Test
  void k14StopEndsTheWaitWithoutAHandler() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(required("proxyTimeout", Duration.ofHours(1)), handler)) {
      var waiting = server.connect();
      server.awaitConnections(1);
      assertThat(server.stop().forced()).isZero();
      assertThat(ended(waiting)).isTrue();
      assertThat(server.events(TelemetryEvent.OfConnection.class)).isEmpty();
      assertThat(handler.refs).isEmpty();
      assertThat(server.node.placesTaken()).isZero();
    }
  }

  @Test
  void k14HeaderThatComesDuringADrainIsServedAndAdvised() throws Exception {
    var handler = new TestHandler();
    var slow =
        required()
            .with(
                RunningServer.settings()
                    .timeouts()
                    .withDrain(Duration.ofSeconds(20), Duration.ofSeconds(5)));
    try (var server = new RunningServer(slow, handler)) {
      var proxy = server.connect();
      server.awaitConnections(1);
      var drain = server.node.drainAcceptor(server.node.connections().getFirst().acceptor());
      send(proxy, V1 + "ab");
      assertThat(read(proxy, 2)).isEqualTo("ab");
      assertThat(ended(proxy)).isTrue(); // the handler closes when it is advised
      assertThat(drain.result().join().graceful()).isEqualTo(1);
      assertThat(handler.ended()).startsWith("shutdown");
    }
  }

  @Test
  void k14HandlerThatComesDuringTheWaitServes() throws Exception {
    var first = new TestHandler();
    var second = new Noting();
    try (var server = new RunningServer(required(), first)) {
      var proxy = server.connect();
      server.awaitConnections(1);
      server.serve(second);
      server.node.retire(1).join();
      send(proxy, V1 + "ab");
      assertThat(read(proxy, 2)).isEqualTo("ab");
      assertThat(second.next().remote()).isEqualTo(CLIENT);
      assertThat(first.refs).isEmpty();
    }
  }

  /** Answers with the addresses that it sees. */
  private static class Telling extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      data.position(data.limit());
      socket.send(bytes(where(Seen.of(socket))));
      return Next.proceed(state);
    }

    static String where(Seen seen) {
      return seen.header().isPresent() && !seen.peer().equals(CLIENT)
          ? ((InetSocketAddress) seen.remote()).getHostString()
          : seen.toString();
    }
  }

  @Test
  void k14HeaderGoesAlongToAnotherHandler() throws Exception {
    try (var server = new RunningServer(required(), new Telling())) {
      var proxy = server.connect();
      send(proxy, V1 + "?");
      assertThat(read(proxy, 11)).isEqualTo("203.0.113.7");
      server.serve(new Telling());
      server.node.retire(1).join();
      send(proxy, "?");
      assertThat(read(proxy, 11)).isEqualTo("203.0.113.7");
    }
  }

  @Test
  void k14AnotherTransportStandsOnTheHeaderAndKeepsIt() throws Exception {
    var handler =
        new Telling() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            return Next.switchTransport("mask", Map.of(), "masked");
          }
        };
    try (var memory = new MemoryTransport();
        var server = new RunningServer(required(), memory, handler)) {
      var mask = new MaskTransport(memory, 1, 1);
      server.node.transports(name -> mask);
      MemoryPeer proxy = memory.connect(server.port());
      byte[] header = v2();
      byte[] hello = MaskSocket.HELLO.getBytes(StandardCharsets.UTF_8);
      byte[] all = Arrays.copyOf(header, header.length + hello.length);
      System.arraycopy(hello, 0, all, header.length, hello.length);
      proxy.send(all); // the header, and the first byte of the handshake
      assertThat(proxy.receive(1)).hasSize(1); // the handshake's
      proxy.send(MaskTransport.mask("?"));
      assertThat(MaskTransport.unmask(proxy.receive(11))).isEqualTo("203.0.113.7");
      assertThat(server.node.connections().getFirst().remote()).isEqualTo(CLIENT);
    }
  }

  @Test
  void k14TransportThatEncryptsFromTheBeginningStandsOnTheHeader() throws Exception {
    try (var memory = new MemoryTransport();
        var server =
            new RunningServer(required(), new MaskTransport(memory, 1, 1), new Telling())) {
      MemoryPeer proxy = memory.connect(server.port());
      byte[] header = v2();
      proxy.send(Arrays.copyOf(header, header.length - 1));
      server.awaitConnections(1);
      proxy.send(Arrays.copyOfRange(header, header.length - 1, header.length));
      proxy.send(MaskSocket.HELLO);
      assertThat(proxy.receive(1)).hasSize(1); // the handshake's
      proxy.send(MaskTransport.mask("?"));
      assertThat(MaskTransport.unmask(proxy.receive(11))).isEqualTo("203.0.113.7");
      assertThat(server.node.connections().getFirst().remote()).isEqualTo(CLIENT);
    }
  }

  @Test
  void v14ModeChangesLiveForTheNextConnections() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(handler)) {
      assertThat(echo(server.connect(), V1)).isEqualTo(V1);
      assertThat(handler.next().header()).isEmpty();
      server.node.configure(required());
      var waiting = server.connect();
      server.awaitConnections(2);
      send(waiting, V1.substring(0, 10));
      server.node.configure(RunningServer.settings());
      assertThat(echo(server.connect(), V1)).isEqualTo(V1);
      assertThat(handler.next().header()).isEmpty();
      send(waiting, V1.substring(10) + "ab");
      assertThat(read(waiting, 2)).isEqualTo("ab");
      assertThat(handler.next().header()).isPresent();
    }
  }

  /**
   * Proper clients among resets, broken headers and checks, while handlers that may block and
   * handlers that may not take turns.
   */
  @Test
  void k14ProperClientsAreServedInAStorm() throws Exception {
    var memory = new MemoryBudget();
    try (var server = new RunningServer(required(), RunningServer.TCP, new TestHandler(), memory);
        var threads = Executors.newFixedThreadPool(4)) {
      var over = new AtomicBoolean();
      int port = server.port();
      var storms = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 4; i++) {
        var random = new Random(i);
        storms.add(threads.submit(() -> storm(port, random, over)));
      }
      for (int i = 0; i < 20; i++) {
        long before = server.serve(new TestHandler(), i % 2 == 0) - 1;
        server.node.retire(before).join();
        server.node.configure(required("proxyTimeout", Duration.ofSeconds(5 + i)));
      }
      over.set(true);
      for (Future<Integer> each : storms) {
        assertThat(each.get(30, TimeUnit.SECONDS)).isPositive();
      }
      server.awaitFreePlaces();
      server.await("no memory", s -> memory.used() == 0);
      server.awaitConnections(0);
    }
  }

  /** Returns how many proper clients were served, all of them. */
  private static int storm(int port, Random random, AtomicBoolean over) throws Exception {
    int served = 0;
    while (!over.get() || served == 0) {
      try (var client = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
        client.setSoTimeout(20_000);
        client.setTcpNoDelay(true);
        byte[] header = random.nextBoolean() ? V1.getBytes(StandardCharsets.US_ASCII) : v2();
        var out = client.getOutputStream();
        switch (random.nextInt(5)) {
          case 0 -> {
            out.write(header, 0, random.nextInt(header.length));
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
          }
          case 1 -> {
            header[5]++;
            out.write(header);
          }
          case 2 -> {
            proxyBytes(client, ProxyHeader.local().encode());
            client.setOption(StandardSocketOptions.SO_LINGER, random.nextInt(2) - 1);
          }
          default -> {
            int split = 1 + random.nextInt(header.length - 1);
            out.write(header, 0, split);
            Thread.yield();
            out.write(header, split, header.length - split);
            assertThat(echo(client, "abc")).isEqualTo("abc");
            served++;
          }
        }
      }
    }
    return served;
  }

  @Test
  void k14WaitKeepsNoThread(@TempDir Path folder) throws Exception {
    try (var server = new RunningServer(required(), new TestHandler())) {
      for (int i = 0; i < 50; i++) {
        server.connect();
      }
      server.awaitConnections(50);
      List<String> threads;
      do {
        threads = ThreadDump.names(folder, "test connection");
      } while (!threads.isEmpty()); // those that began are about to rest
    }
  }

  @Test
  void k14PeerAtAnotherAddressThanTheListedOneIsJudgedByItsOwn() throws Exception {
    var handler = new Noting();
    try (var server = new RunningServer(required("proxySources", "127.0.0.2"), handler)) {
      var proxy = new java.net.Socket();
      server.onClose(proxy);
      proxy.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0));
      proxy.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 20_000);
      send(proxy, V1 + "ab");
      assertThat(read(proxy, 2)).isEqualTo("ab");
      assertThat(ended(server.connect())).isTrue();
    }
  }
}
