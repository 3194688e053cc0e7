// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.AccessSettings;
import io.thousandisland.runtime.settings.AlarmSettings;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.LimitSettings.WhenReached;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.server.Cidr;
import io.thousandisland.server.Limit;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Admission: limits beside {@code maxConnections}, lists of addresses, and alarms. */
@Timeout(60)
class AdmissionTest {

  private static final LimitSettings MANY = new LimitSettings(1000, WhenReached.PARK);

  private static ServerSettings settings(LimitSettings limits) {
    return RunningServer.settings().with(limits);
  }

  /** A client with an address of the loopback network of its own. */
  private static java.net.Socket from(String address, RunningServer server) throws IOException {
    var client = new java.net.Socket();
    server.onClose(client);
    client.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
    client.setSoTimeout(20_000);
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 20_000);
    return client;
  }

  private static boolean serves(java.net.Socket client) throws IOException {
    try {
      return echo(client, "a").equals("a");
    } catch (java.net.SocketException reset) {
      return false;
    }
  }

  private static List<Limit> refusals(RunningServer server) {
    return server.events(TelemetryEvent.ConnectionRefused.class).stream()
        .map(TelemetryEvent.ConnectionRefused::because)
        .toList();
  }

  // ---- one address

  @Test
  void s1AddressWithTooManyConnectionsIsRefusedAndOthersAreServed() throws Exception {
    try (var server = new RunningServer(settings(MANY.withShares(0, 2)), new TestHandler())) {
      var first = from("127.0.0.1", server);
      assertThat(serves(first)).isTrue();
      assertThat(serves(from("127.0.0.1", server))).isTrue();
      assertThat(ended(from("127.0.0.1", server))).isTrue();
      assertThat(serves(from("127.0.0.2", server))).isTrue();
      assertThat(refusals(server)).containsExactly(Limit.CONNECTIONS_PER_ADDRESS);
      assertThat(server.node.info().refused()).isEqualTo(Map.of(Limit.CONNECTIONS_PER_ADDRESS, 1L));
      first.close();
      server.await("the place is free", s -> s.node.placesTaken() == 2);
      assertThat(serves(from("127.0.0.1", server))).isTrue();
    }
  }

  @Test
  void s1LimitForAnAddressThatComesLiveCountsTheConnectionsThatAreThere() throws Exception {
    try (var server = new RunningServer(settings(MANY), new TestHandler())) {
      var first = from("127.0.0.1", server);
      assertThat(serves(first)).isTrue();
      var second = from("127.0.0.1", server);
      assertThat(serves(second)).isTrue();
      assertThat(server.node.configure(settings(MANY.withShares(0, 2)))).isEmpty();
      assertThat(ended(from("127.0.0.1", server))).isTrue();
      assertThat(serves(first) && serves(second)).isTrue();
      assertThat(server.node.configure(settings(MANY.withShares(0, 1)))).isEmpty();
      first.close();
      server.await("the place is free", s -> s.node.placesTaken() == 1);
      assertThat(ended(from("127.0.0.1", server))).isTrue();
      assertThat(server.node.configure(settings(MANY))).isEmpty();
      assertThat(serves(from("127.0.0.1", server))).isTrue();
      assertThat(server.node.configure(settings(MANY.withShares(0, 3)))).isEmpty();
      assertThat(serves(from("127.0.0.1", server))).isTrue();
      assertThat(ended(from("127.0.0.1", server))).isTrue();
    }
  }

  @Test
  void s1Ipv6ConnectionsOfOnePrefixCountTogether() throws Exception {
    var listen = new ListenSettings("::1", 0, 1024, 1, Map.of());
    ServerSettings settings = settings(MANY.withShares(0, 1)).with(listen);
    try (var server = new RunningServer(settings, new TestHandler())) {
      var address = new InetSocketAddress("::1", server.port());
      try (var first = new java.net.Socket(address.getAddress(), address.getPort());
          var second = new java.net.Socket(address.getAddress(), address.getPort())) {
        assertThat(serves(first)).isTrue();
        assertThat(ended(second)).isTrue();
        assertThat(refusals(server)).containsExactly(Limit.CONNECTIONS_PER_ADDRESS);
      }
    }
  }

  @Test
  void s1FloodOfOneAddressKeepsNoOtherOut() throws Exception {
    LimitSettings few = new LimitSettings(50, WhenReached.PARK).withShares(0, 20).withRate(50, 5);
    try (var server = new RunningServer(settings(few), new TestHandler())) {
      var flood =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    var held = new ArrayList<java.net.Socket>();
                    while (!Thread.interrupted()) {
                      try {
                        held.add(from("127.0.0.66", server));
                      } catch (IOException full) {
                        break;
                      }
                    }
                  });
      try {
        server.await("the flood is refused", s -> refusals(s).size() > 20);
        long began = System.nanoTime();
        for (int i = 0; i < 10; i++) {
          try (var honest = from("127.0.0.1", server)) {
            assertThat(serves(honest)).isTrue();
          }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
      } finally {
        flood.interrupt();
        flood.join();
      }
    }
  }

  // ---- one acceptor

  @Test
  void s1FullAcceptorLeavesClientsToTheOthersAndWhenAllAreFullTheyWait() throws Exception {
    var two = settings(MANY.withShares(2, 0)).withAcceptors(2);
    try (var server = new RunningServer(two, new TestHandler())) {
      var clients = new ArrayList<java.net.Socket>();
      for (int i = 0; i < 4; i++) {
        clients.add(server.connect());
        assertThat(serves(clients.get(i))).isTrue();
      }
      assertThat(server.node.connections().stream().filter(c -> c.acceptor() == 1)).hasSize(2);
      var waiting = server.connect();
      send(waiting, "w");
      server.await(
          "both are full",
          s ->
              s.events(TelemetryEvent.LimitReached.class).stream()
                      .filter(e -> e.limit() == Limit.CONNECTIONS_PER_ACCEPTOR)
                      .map(TelemetryEvent.LimitReached::acceptor)
                      .distinct()
                      .count()
                  == 2);
      clients.getFirst().close();
      assertThat(read(waiting, 1)).isEqualTo("w");
      var next = server.connect();
      send(next, "n");
      assertThat(server.node.configure(settings(MANY).withAcceptors(2))).isEmpty();
      assertThat(read(next, 1)).isEqualTo("n");
    }
  }

  // ---- the rate

  @Test
  void s1ClientsBeyondTheRateWaitAndAreServedInTime() throws Exception {
    try (var server = new RunningServer(settings(MANY.withRate(20, 2)), new TestHandler())) {
      long began = System.nanoTime();
      var clients = new ArrayList<java.net.Socket>();
      for (int i = 0; i < 12; i++) {
        clients.add(server.connect());
        send(clients.get(i), "a");
      }
      for (var client : clients) {
        assertThat(read(client, 1)).isEqualTo("a");
      }
      assertThat(System.nanoTime() - began)
          .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(10 * 50));
      assertThat(server.awaitEvent(TelemetryEvent.LimitReached.class).limit())
          .isEqualTo(Limit.RATE);
      assertThat(refusals(server)).isEmpty();
    }
  }

  @Test
  void s1ClientsBeyondTheRateAreRefusedWhenToldToReject() throws Exception {
    var rejecting = new LimitSettings(1000, WhenReached.REJECT).withRate(1, 2);
    try (var server = new RunningServer(settings(rejecting), new TestHandler())) {
      assertThat(serves(server.connect())).isTrue();
      assertThat(serves(server.connect())).isTrue();
      assertThat(ended(server.connect())).isTrue();
      assertThat(server.node.info().refused()).containsKey(Limit.RATE);
      assertThat(server.node.configure(settings(MANY.withRate(1, 1_000)))).isEmpty();
      assertThat(serves(server.connect())).isTrue();
    }
  }

  @Test
  void s1RateThatIsRaisedLiveServesWhoeverWaits() throws Exception {
    try (var server = new RunningServer(settings(MANY.withRate(1, 1)), new TestHandler())) {
      assertThat(serves(server.connect())).isTrue();
      var waiting = new ArrayList<java.net.Socket>();
      for (int i = 0; i < 60; i++) { // longer than this test may take
        waiting.add(server.connect());
        send(waiting.get(i), "w");
      }
      server.awaitEvent(TelemetryEvent.LimitReached.class);
      assertThat(server.node.configure(settings(MANY))).isEmpty();
      for (var client : waiting) {
        assertThat(read(client, 1)).isEqualTo("w");
      }
    }
  }

  @Test
  void s1RateIsThatOfAllAcceptorsTogether() throws Exception {
    var rejecting = new LimitSettings(1000, WhenReached.REJECT).withRate(1, 5);
    try (var server = new RunningServer(settings(rejecting).withAcceptors(10), new TestHandler())) {
      long began = System.nanoTime();
      int served = 0;
      for (int i = 0; i < 40; i++) {
        served += serves(server.connect()) ? 1 : 0;
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
      assertThat((long) served).isBetween(5L, 6 + seconds);
    }
  }

  // ---- the lists

  private static List<Cidr> blocks(String... texts) {
    return java.util.Arrays.stream(texts).map(text -> Cidr.parse(text).orElseThrow()).toList();
  }

  @Test
  void s1OnlyAllowedAddressesThatAreNotDeniedAreServedAndLivingConnectionsStay() throws Exception {
    ServerSettings open = settings(MANY);
    try (var server = new RunningServer(open, new TestHandler())) {
      var old = from("127.0.0.9", server);
      assertThat(serves(old)).isTrue();
      var lists = new AccessSettings(blocks("127.0.0.0/29", "::1"), blocks("127.0.0.3"));
      assertThat(server.node.configure(open.with(lists))).isEmpty();
      assertThat(serves(from("127.0.0.2", server))).isTrue();
      assertThat(ended(from("127.0.0.3", server))).isTrue();
      assertThat(ended(from("127.0.0.9", server))).isTrue();
      assertThat(serves(old)).isTrue();
      assertThat(refusals(server)).containsExactly(Limit.ACCESS, Limit.ACCESS);
      server.await("the places are free", s -> s.node.placesTaken() == 2);
      assertThat(server.node.configure(open)).isEmpty();
      assertThat(serves(from("127.0.0.3", server))).isTrue();
    }
  }

  // ---- uncounted connections

  private static final class Uncounting extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      if (data.get(data.position()) == 'u') {
        socket.uncount();
        socket.uncount();
      }
      return super.handleData(data, socket, state);
    }
  }

  @ParameterizedTest
  @EnumSource(Which.class)
  void v12UncountedConnectionFreesItsPlaceOnceAndLetsAWaitingClientIn(Which which)
      throws Exception {
    try (var server = new RunningServer(which.settings(), new Uncounting())) {
      var first = server.connect();
      assertThat(serves(first)).isTrue();
      assertThat(server.node.connections().getFirst().counted()).isTrue();
      var waiting = which == Which.ADDRESS ? null : server.connect();
      if (waiting == null) {
        assertThat(ended(server.connect())).isTrue();
      } else {
        send(waiting, "w");
        server.awaitEvent(TelemetryEvent.LimitReached.class);
      }
      assertThat(echo(first, "u")).isEqualTo("u");
      assertThat(server.node.connections().getFirst().counted()).isFalse();
      if (waiting == null) {
        assertThat(serves(server.connect())).isTrue();
      } else {
        assertThat(read(waiting, 1)).isEqualTo("w");
      }
      assertThat(server.node.placesTaken()).isEqualTo(1);
      assertThat(echo(first, "uu")).isEqualTo("uu");
      assertThat(server.node.info().connections()).isEqualTo(2);
      first.close();
      server.awaitConnections(1);
      assertThat(server.node.placesTaken()).isEqualTo(1);
    }
  }

  @Test
  void v12UncountedConnectionThatMovesToAnotherHandlerStaysUncounted() throws Exception {
    try (var server = new RunningServer(Which.SERVER.settings(), new TestHandler())) {
      long service = server.serve(new Uncounting());
      var uncounted = server.connect();
      assertThat(echo(uncounted, "u")).isEqualTo("u");
      var counted = server.connect();
      assertThat(serves(counted)).isTrue();
      assertThat(server.node.retire(service).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(2);
      server.serve(new Uncounting());
      assertThat(serves(uncounted) && serves(counted)).isTrue();
      assertThat(server.node.placesTaken()).isEqualTo(1);
      uncounted.close();
      server.awaitConnections(1);
      assertThat(server.node.placesTaken()).isEqualTo(1);
      counted.close();
      server.await("the place is free", s -> s.node.placesTaken() == 0);
    }
  }

  private enum Which {
    SERVER(new LimitSettings(1, WhenReached.PARK)),
    ACCEPTOR(MANY.withShares(1, 0)),
    ADDRESS(MANY.withShares(0, 1));

    private final LimitSettings limits;

    Which(LimitSettings limits) {
      this.limits = limits;
    }

    ServerSettings settings() {
      return AdmissionTest.settings(limits).withAcceptors(1);
    }
  }

  // ---- waiting for a number

  @Test
  void v13WaitForANumberOfConnectionsEndsWhenItIsReachedOrTheTimeIsOver() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      assertThat(server.node.awaitConnections(n -> n == 0, Duration.ZERO)).isTrue();
      assertThat(server.node.awaitConnections(n -> n > 0, Duration.ofMillis(20))).isFalse();
      List<IntPredicate> risen = List.of(n -> n > 1, n -> n >= 2, n -> n == 2);
      List<IntPredicate> fallen = List.of(n -> n < 1, n -> n <= 0, n -> n == 0);
      var up = risen.stream().map(wanted -> waits(server, wanted)).toList();
      var first = server.connect();
      var second = server.connect();
      for (var each : up) {
        assertThat(each.get(20, TimeUnit.SECONDS)).isTrue();
      }
      var down = fallen.stream().map(wanted -> waits(server, wanted)).toList();
      assertThat(serves(first) && serves(second)).isTrue();
      first.close();
      second.close();
      for (var each : down) {
        assertThat(each.get(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static CompletableFuture<Boolean> waits(RunningServer server, IntPredicate wanted) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return server.node.awaitConnections(wanted, Duration.ofSeconds(20));
          } catch (InterruptedException e) {
            return false;
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  @Test
  void v13WaitThatIsInterruptedSaysSo() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> server.node.awaitConnections(n -> n > 0, Duration.ofSeconds(20)))
          .isInstanceOf(InterruptedException.class);
    }
  }

  // ---- alarms

  @Test
  void v14AlarmIsToldAtTheThresholdAndOnceForEachCooldown() throws Exception {
    ServerSettings two = settings(MANY).with(new AlarmSettings(2, Duration.ofHours(1)));
    try (var server = new RunningServer(two, new TestHandler())) {
      assertThat(serves(server.connect())).isTrue();
      assertThat(server.events(TelemetryEvent.ConnectionAlarm.class)).isEmpty();
      for (int i = 0; i < 5; i++) {
        assertThat(serves(server.connect())).isTrue();
      }
      assertThat(server.events(TelemetryEvent.ConnectionAlarm.class))
          .containsExactly(new TelemetryEvent.ConnectionAlarm("test", 2, 2));
    }
  }

  @Test
  void v14AlarmIsToldAgainAfterTheCooldown() throws Exception {
    ServerSettings two = settings(MANY).with(new AlarmSettings(2, Duration.ZERO));
    try (var server = new RunningServer(two, new TestHandler())) {
      for (int i = 0; i < 4; i++) {
        assertThat(serves(server.connect())).isTrue();
      }
      assertThat(server.events(TelemetryEvent.ConnectionAlarm.class)).hasSize(3);
    }
  }

  // ---- all of an address

  @Test
  void connectionsOfAnAddressAreDrainedTogether() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      var staying = from("127.0.0.1", server);
      var first = from("127.0.0.5", server);
      var second = from("127.0.0.6", server);
      assertThat(serves(staying) && serves(first) && serves(second)).isTrue();
      var drained = server.node.drainAddress("127.0.0.4/30").result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(2);
      assertThat(ended(first) && ended(second)).isTrue();
      assertThat(serves(staying)).isTrue();
      assertThatThrownBy(() -> server.node.drainAddress("127.0.0"))
          .hasMessage(
              "address is 127.0.0; allowed: an address or a CIDR block, as in 10.0.0.0/8 or"
                  + " 2001:db8::/32");
    }
  }
}
