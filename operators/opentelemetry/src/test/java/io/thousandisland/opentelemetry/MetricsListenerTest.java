// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.thousandisland.handler.Counters;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsListenerTest {

  private static final Span SPAN =
      new Span("mail", 3, 7, new InetSocketAddress("127.0.0.1", 50_000), "ann");
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Throwable REASON = new IOException("broken");
  private static final String IO = "java.io.IOException";

  private final Metrics metrics = new Metrics();

  @AfterEach
  void close() {
    metrics.close();
  }

  private void tell(TelemetryEvent... events) {
    List.of(events).forEach(metrics.listener::on);
  }

  private static TelemetryEvent bound(int generation, String handler) {
    return new TelemetryEvent.HandlerBound(
        "mail", new GenerationInfo(generation, handler, "1.0.0", 40, 0, true, 0));
  }

  private static TelemetryEvent stopped(Ending ending) {
    return new TelemetryEvent.ConnectionStopped(SPAN, ending, new Counters(5, 1, 6, 2), SECOND);
  }

  @Test
  void connectionThatEndedIsCountedByHandlerAndEnding() {
    tell(
        bound(1, "smtp"),
        new TelemetryEvent.ConnectionStarted(SPAN),
        new TelemetryEvent.ConnectionReady(SPAN, 1, SECOND),
        stopped(new Ending.ByPeer()),
        new TelemetryEvent.ConnectionStarted(SPAN),
        new TelemetryEvent.ConnectionReady(SPAN, 1, SECOND),
        stopped(new Ending.Failed(REASON, true, "handleData")),
        new TelemetryEvent.ConnectionStarted(SPAN),
        stopped(new Ending.Failed(REASON, true, "")));

    assertThat(metrics.values("connection.duration"))
        .isEqualTo(
            Map.of(
                "by_peer smtp mail", 1L, IO + " failed smtp mail", 1L, IO + " failed  mail", 1L));
    assertThat(metrics.values("handshake.duration")).isEqualTo(Map.of("mail", 2L));
    assertThat(metrics.values("handler.errors"))
        .isEqualTo(Map.of(IO + " handleData smtp mail", 1L));
    assertThat(metrics.values("io"))
        .isEqualTo(
            Map.of(
                "receive smtp mail", 10L,
                "transmit smtp mail", 12L,
                "receive  mail", 5L,
                "transmit  mail", 6L));
  }

  @Test
  void durationIsInSeconds() {
    tell(stopped(new Ending.ByPeer()));
    assertThat(metrics.read())
        .filteredOn(metric -> metric.getName().equals("thousandisland.connection.duration"))
        .allSatisfy(metric -> assertThat(metric.getUnit()).isEqualTo("s"))
        .flatExtracting(metric -> metric.getHistogramData().getPoints())
        .extracting(point -> point.getSum())
        .containsExactly(1.0);
  }

  @Test
  void connectionThatMigratedIsCountedWithItsNewHandler() {
    tell(
        bound(1, "smtp"),
        bound(2, "lmtp"),
        new TelemetryEvent.ConnectionStarted(SPAN),
        new TelemetryEvent.ConnectionReady(SPAN, 1, SECOND),
        new TelemetryEvent.ConnectionMigrated(SPAN, 1, 2, SECOND),
        new TelemetryEvent.HandlerThrew(SPAN, "handleClose", REASON),
        stopped(new Ending.ByPeer()),
        new TelemetryEvent.MigrationDeclined(SPAN, 2, REASON));

    assertThat(metrics.values("migration.duration")).isEqualTo(Map.of("lmtp mail", 1L));
    assertThat(metrics.values("connection.duration")).isEqualTo(Map.of("by_peer lmtp mail", 1L));
    assertThat(metrics.values("handler.errors"))
        .isEqualTo(Map.of(IO + " handleClose lmtp mail", 1L));
    assertThat(metrics.values("migration.declined")).isEqualTo(Map.of("mail", 1L));
  }

  @Test
  void drainsRestartsAndFailuresAreCounted() {
    tell(
        new TelemetryEvent.DrainEnded("mail", "server", new Drained(1, 2, 0, List.of(), SECOND)),
        new TelemetryEvent.Restarted("mail", "worker 1", REASON),
        new TelemetryEvent.AcceptFailed("mail", 1, REASON),
        new TelemetryEvent.AcceptPaused("mail", 1, REASON, SECOND),
        new TelemetryEvent.ListenFailed("mail", "[::1]:25", REASON, SECOND));

    assertThat(metrics.values("drain.duration")).isEqualTo(Map.of("mail", 1L));
    assertThat(metrics.values("drained_connections"))
        .isEqualTo(Map.of("migrated mail", 1L, "graceful mail", 2L));
    assertThat(metrics.values("restarts")).isEqualTo(Map.of("mail", 1L));
    assertThat(metrics.values("accept_failures")).isEqualTo(Map.of(IO + " mail", 2L));
    assertThat(metrics.values("listen_failures")).isEqualTo(Map.of(IO + " mail", 1L));
  }

  @Test
  void bytesOfALiveConnectionAreCountedOnceAtEachLookAndAtItsEnd() throws Exception {
    try (var server = TestServer.of(new Echo())) {
      TelemetryEvent end;
      try (var client = server.connect()) {
        server.events().await(TelemetryEvent.ConnectionReady.class);
        metrics.listener.bindServer(server.server());
        client.send("12345");
        assertThat(client.read(5)).asString().isEqualTo("12345");
        awaitSent(server, 5);
        assertThat(metrics.values("io"))
            .isEqualTo(Map.of("receive echo test", 5L, "transmit echo test", 5L));
        assertThat(metrics.values("io")).containsEntry("receive echo test", 5L);
        client.send("6789");
        assertThat(client.read(4)).asString().isEqualTo("6789");
      }
      end = server.events().await(TelemetryEvent.ConnectionStopped.class);
      tell(end);
      assertThat(metrics.values("io"))
          .isEqualTo(Map.of("receive echo test", 9L, "transmit echo test", 9L));
      assertThat(metrics.values("io")).containsEntry("receive echo test", 9L);
    }
  }

  private static void awaitSent(TestServer server, long bytes) {
    Awaitility.await()
        .until(
            () -> server.server().connections(),
            all ->
                all.size() == 1
                    && all.getFirst().counters().bytesSent() == bytes
                    && all.getFirst().counters().bytesReceived() == bytes);
  }

  @Test
  void connectionWhoseEndWasNotHeardIsForgotten() {
    tell(
        bound(1, "smtp"),
        new TelemetryEvent.ConnectionStarted(SPAN),
        new TelemetryEvent.ConnectionReady(SPAN, 1, SECOND));
    assertThat(metrics.read()).isNotEmpty();
    assertThat(metrics.read()).isNotEmpty();
    tell(stopped(new Ending.ByPeer())); // of a connection that it does not know any more
    assertThat(metrics.values("connection.duration")).isEqualTo(Map.of("by_peer  mail", 1L));
  }

  @Test
  void serverTellsItsConnectionsItsLimitAndWhetherItIsReady() throws Exception {
    try (var server =
        TestServer.serving(new Echo())
            .set("name", "small")
            .set("maxConnections", 9)
            .set("maxConnectionsPerAddress", 1)
            .start()) {
      metrics.listener.bindServer(server.server());
      try (var client = server.connect();
          var refused = server.connect()) {
        server.events().await(TelemetryEvent.ConnectionReady.class);
        server.events().await(TelemetryEvent.ConnectionRefused.class);
        assertThat(metrics.values("active_connections")).isEqualTo(Map.of("echo small", 1L));
        assertThat(metrics.values("connection_limit")).isEqualTo(Map.of("small", 9L));
        assertThat(metrics.values("ready")).isEqualTo(Map.of("small", 1L));
        assertThat(metrics.values("active_drains")).isEqualTo(Map.of("small", 0L));
        assertThat(metrics.values("rejected_connections"))
            .isEqualTo(Map.of("maxConnectionsPerAddress small", 1L));
        Long accepted = metrics.values("accepted_connections").get("small");
        assertThat(accepted).isEqualTo(server.server().info().accepted());
        assertThat(client).isNotSameAs(refused);
      }
      server.server().suspend();
      assertThat(metrics.values("ready")).isEqualTo(Map.of("small", 0L));
      metrics.listener.unbindServer(server.server());
      assertThat(metrics.values("ready")).isEmpty();
    }
  }

  private static TestServer certified(Map<String, String> facts) throws InterruptedException {
    return TestServer.serving(new Echo())
        .transport("tls", tcp -> new Certified(tcp, facts))
        .over("tls")
        .start();
  }

  private static String in(long seconds) {
    return Instant.now().plusSeconds(seconds).toString();
  }

  @Test
  void eachCertificateTellsItsSecondsUntilItExpiresAndSinceItHas() throws Exception {
    try (var server =
        certified(
            Map.of(
                "certificate 1",
                "CN=a, until=now, until 3 from a.pem, until " + in(86_400),
                "certificate 2",
                "CN=b from b.pem, until " + in(-3_600),
                "certificate 3",
                "CN=c from c.pem",
                "certificate 4",
                "CN=d from d.pem, until next week",
                "protocols",
                "TLSv1.3, until " + in(5),
                "expires",
                in(-3_600)))) {
      metrics.listener.bindServer(server.server());
      assertThat(metrics.values("certificate.time_left"))
          .hasEntrySatisfying(
              "CN=a, until=now, until 3 from a.pem test",
              left -> assertThat(left).isBetween(86_300L, 86_400L))
          .hasEntrySatisfying(
              "CN=b from b.pem test", left -> assertThat(left).isBetween(-3_700L, -3_600L))
          .hasSize(2);
      metrics.listener.unbindServer(server.server());
      assertThat(metrics.values("certificate.time_left")).isEmpty();
    }
  }

  @Test
  void transportThatTellsOnlyWhenTheFirstExpiresHasOneWithoutAName() throws Exception {
    try (var server = certified(Map.of("expires", in(600)))) {
      metrics.listener.bindServer(server.server());
      assertThat(metrics.values("certificate.time_left"))
          .hasEntrySatisfying(" test", left -> assertThat(left).isBetween(500L, 600L))
          .hasSize(1);
    }
  }

  @Test
  void textThatIsNoTimeAndATransportWithoutCertificatesHaveNoTimeLeft() throws Exception {
    var facts = new HashMap<>(Map.of("expires", "next week"));
    facts.put("certificate 1", null);
    try (var odd = certified(facts);
        var tcp = TestServer.of(new Echo())) {
      metrics.listener.bindServer(odd.server());
      metrics.listener.bindServer(tcp.server());
      assertThat(metrics.values("ready")).isEqualTo(Map.of("test", 2L));
      assertThat(metrics.values("certificate.time_left")).isEmpty();
    }
  }

  @Test
  void ofTwoServersOfOneNameTheTimeThatIsLessCounts() throws Exception {
    try (var one = certified(Map.of("certificate 1", "CN=a, until " + in(600)));
        var two = certified(Map.of("certificate 1", "CN=a, until " + in(60)))) {
      metrics.listener.bindServer(one.server());
      metrics.listener.bindServer(two.server());
      assertThat(metrics.values("certificate.time_left"))
          .hasEntrySatisfying("CN=a test", left -> assertThat(left).isLessThanOrEqualTo(60));
    }
  }

  @Test
  void serverThatComesBackUnderItsNameGoesOnCounting() throws Exception {
    for (int connects = 1; connects <= 3; connects++) {
      try (var server = TestServer.of(new Echo())) {
        metrics.listener.bindServer(server.server());
        server.connect().close();
        server.events().await(TelemetryEvent.ConnectionStopped.class);
        metrics.listener.unbindServer(server.server());
        assertThat(metrics.values("accepted_connections"))
            .isEqualTo(Map.of("test", (long) connects));
      }
    }
  }

  @Test
  void twoServersOfOneNameAreCountedTogether() throws Exception {
    try (var one = TestServer.of(new Echo());
        var two = TestServer.of(new Echo())) {
      metrics.listener.bindServer(one.server());
      metrics.listener.bindServer(two.server());
      assertThat(metrics.values("ready")).isEqualTo(Map.of("test", 2L));
    }
  }

  @Test
  void connectionsOfTwoServersOfOneNameAreCountedApart() throws Exception {
    try (var one = TestServer.of(new Echo());
        var two = TestServer.of(new Echo());
        var first = one.connect();
        var second = two.connect()) {
      first.send("12345");
      second.send("123456789");
      awaitSent(one, 5);
      awaitSent(two, 9);
      metrics.listener.bindServer(one.server());
      metrics.listener.bindServer(two.server());
      for (int look = 1; look <= 3; look++) {
        assertThat(metrics.values("io"))
            .isEqualTo(Map.of("receive echo test", 14L, "transmit echo test", 14L));
      }
    }
  }

  @Test
  void successorOfADeletedServerKeepsTheNameOfItsHandler() throws Exception {
    try (var successor = TestServer.of(new Echo())) {
      metrics.listener.bindServer(successor.server());
      var span = new Span("test", 1, 1, SPAN.remote(), "");
      GenerationInfo alike = successor.server().info().generations().getFirst();
      tell(
          new TelemetryEvent.GenerationEnded("test", alike), // of the server that was deleted
          new TelemetryEvent.ConnectionStarted(span),
          new TelemetryEvent.ConnectionReady(span, 1, SECOND),
          new TelemetryEvent.ConnectionStopped(
              span, new Ending.ByPeer(), new Counters(5, 1, 6, 2), SECOND));
      assertThat(metrics.values("connection.duration")).isEqualTo(Map.of("by_peer echo test", 1L));
    }
  }

  @Test
  void nothingIsCountedAfterTheComponentHasStopped() throws Exception {
    try (var server = TestServer.of(new Echo())) {
      metrics.listener.bindServer(server.server());
      assertThat(metrics.read()).isNotEmpty();
      metrics.listener.close();
      assertThat(metrics.read()).extracting(MetricData::getName).isEmpty();
    }
  }

  private static final class Echo implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      socket.send(data);
      return Next.proceed(state);
    }
  }
}
