// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Counters;
import io.thousandisland.handler.Handler;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlightRecorderListenerTest {

  private static final Span SPAN =
      new Span("mail", 3, 7, new InetSocketAddress("127.0.0.1", 50_000), "ann");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Recorded recorded = new Recorded();

  @AfterEach
  void close() {
    recorded.close();
  }

  private static TelemetryEvent stopped(Ending ending) {
    return new TelemetryEvent.ConnectionStopped(SPAN, ending, new Counters(5, 1, 6, 2), SECOND);
  }

  private RecordedEvent only(String name) throws IOException {
    List<RecordedEvent> events = recorded.stop();
    assertThat(events)
        .extracting(event -> event.getEventType().getName())
        .containsExactly("io.thousandisland." + name);
    return events.getFirst();
  }

  @Test
  void connectionIsOneEventWithADuration() throws Exception {
    recorded.startOnly("Connection");
    recorded.tell(new TelemetryEvent.ConnectionStarted(SPAN));
    recorded.tell(new TelemetryEvent.ConnectionReady(SPAN, 4, Duration.ofMillis(3)));
    recorded.tell(stopped(new Ending.ByPeer()));

    RecordedEvent event = only("Connection");
    assertThat(event.getDuration()).isPositive();
    assertThat(event.getString("server")).isEqualTo("mail");
    assertThat(event.getInt("acceptor")).isEqualTo(3);
    assertThat(event.getLong("connection")).isEqualTo(7);
    assertThat(event.getString("remote")).isEqualTo("127.0.0.1:50000");
    assertThat(event.getString("label")).isEqualTo("ann");
    assertThat(event.getInt("generation")).isEqualTo(4);
    assertThat(event.getString("ending")).isEqualTo("by peer");
    assertThat(event.getString("reason")).isNull();
    assertThat(event.getDuration("handshake")).isEqualTo(Duration.ofMillis(3));
    assertThat(event.getDuration("lasted")).isEqualTo(SECOND);
    assertThat(event.getLong("bytesReceived")).isEqualTo(5);
    assertThat(event.getLong("receives")).isEqualTo(1);
    assertThat(event.getLong("bytesSent")).isEqualTo(6);
    assertThat(event.getLong("sends")).isEqualTo(2);
  }

  @Test
  void connectionsOfTwoServersOfOneNameAreTwoEventsWithADurationEach() throws Exception {
    recorded.startOnly("Connection");
    var successors = new Span("mail", 3, 7, new InetSocketAddress("127.0.0.1", 50_001), "");
    recorded.tell(new TelemetryEvent.ConnectionStarted(SPAN)); // of a server that was deleted
    recorded.tell(new TelemetryEvent.ConnectionStarted(successors));
    recorded.tell(stopped(new Ending.ByPeer()));
    recorded.tell(
        new TelemetryEvent.ConnectionStopped(
            successors, new Ending.ByPeer(), new Counters(1, 1, 1, 1), SECOND));

    assertThat(recorded.stop()).hasSize(2).allMatch(event -> event.getDuration().isPositive());
  }

  @Test
  void connectionThatBeganBeforeTheRecordingTellsHowLongItLasted() throws Exception {
    recorded.tell(new TelemetryEvent.ConnectionStarted(SPAN));
    recorded.startOnly("Connection");
    recorded.tell(stopped(new Ending.ByUs()));

    RecordedEvent event = only("Connection");
    assertThat(event.getDuration()).isZero();
    assertThat(event.getDuration("lasted")).isEqualTo(SECOND);
  }

  @Test
  void connectionThatMigratedHasItsLastGeneration() throws Exception {
    recorded.startOnly("Connection");
    recorded.tell(new TelemetryEvent.ConnectionStarted(SPAN));
    recorded.tell(new TelemetryEvent.ConnectionReady(SPAN, 4, Duration.ZERO));
    recorded.tell(new TelemetryEvent.ConnectionMigrated(SPAN, 4, 5, SECOND));
    recorded.tell(stopped(new Ending.ByPeer()));

    assertThat(only("Connection").getInt("generation")).isEqualTo(5);
  }

  @Test
  void handshakeIsOneEventAndAFailedOneSaysWhy() throws Exception {
    recorded.start();
    recorded.tell(new TelemetryEvent.ConnectionStarted(SPAN));
    recorded.tell(new TelemetryEvent.ConnectionReady(SPAN, 1, Duration.ofMillis(3)));
    recorded.tell(stopped(new Ending.ByPeer()));
    recorded.tell(new TelemetryEvent.ConnectionStarted(SPAN));
    recorded.tell(stopped(new Ending.Failed(new IOException("no TLS"), true, "")));

    List<RecordedEvent> handshakes =
        recorded.stop().stream()
            .filter(event -> event.getEventType().getName().endsWith("Handshake"))
            .toList();
    assertThat(handshakes)
        .extracting(event -> event.getString("failure"))
        .containsExactly(null, "java.io.IOException: no TLS");
    assertThat(handshakes).allMatch(event -> event.getDuration().isPositive());
  }

  @Test
  void handlerThatThrewIsAnEventWithoutTheConnections() throws Exception {
    recorded.startOnly("HandlerFailure");
    recorded.tell(stopped(new Ending.Failed(new IOException("bad"), true, "handleData")));
    recorded.tell(stopped(new Ending.Failed(new IOException("answered"), false, "handleData")));
    recorded.tell(stopped(new Ending.Failed(new IOException("handshake"), true, "")));

    RecordedEvent event = only("HandlerFailure");
    assertThat(event.getString("callback")).isEqualTo("handleData");
    assertThat(event.getString("reason")).isEqualTo("java.io.IOException: bad");
  }

  @Test
  void exceptionThatCannotGiveItsMessageIsNamed() throws Exception {
    recorded.startOnly("HandlerFailure");
    recorded.tell(new TelemetryEvent.HandlerThrew(SPAN, "handleClose", new Speechless()));

    assertThat(only("HandlerFailure").getString("reason")).isEqualTo(Speechless.class.getName());
  }

  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no words");
    }
  }

  @Test
  void hearsNothingWhileNothingRecords() throws Exception {
    assertThat(recorded.heard()).isEmpty();
    recorded.start();
    assertThat(recorded.heard()).containsExactly(Detail.SERVERS, Detail.CONNECTIONS);
    recorded.stop();
    assertThat(recorded.heard()).isEmpty();
  }

  @Test
  void hearsOnlyOfServersWhenTheRecordingWantsNoConnections() {
    recorded.startOnly("Drain");
    assertThat(recorded.heard()).containsExactly(Detail.SERVERS);
  }

  @Test
  void hearsOfConnectionsThatAreOpenUntilTheyEndOrTheirServerGoes() throws Exception {
    recorded.startOnly("Connection");
    recorded.tell(new TelemetryEvent.ConnectionStarted(SPAN));
    recorded.stop();
    assertThat(recorded.heard()).contains(Detail.CONNECTIONS);
    recorded.tell(stopped(new Ending.ByPeer()));
    assertThat(recorded.heard()).isEmpty();
  }

  @Test
  void forgetsTheConnectionsOfAServerThatHasGone() throws Exception {
    try (var server = TestServer.of(new Silent())) {
      recorded.startOnly("Connection");
      recorded.listener.bindServer(server.server());
      recorded.tell(
          new TelemetryEvent.ConnectionStarted(new Span("test", 1, 1, SPAN.remote(), "")));
      recorded.stop();
      assertThat(recorded.heard()).contains(Detail.CONNECTIONS);
      recorded.listener.unbindServer(server.server());
      assertThat(recorded.heard()).isEmpty();
    }
  }

  @Test
  void serverGivesASnapshotAtTheEndOfTheRecording() throws Exception {
    try (var server = TestServer.serving(new Silent()).set("maxConnections", 9).start();
        var client = server.connect()) {
      server.events().await(TelemetryEvent.ConnectionReady.class);
      recorded.listener.bindServer(server.server());
      recorded.startPeriodic("Server", "endChunk");

      RecordedEvent event = only("Server");
      assertThat(event.getString("server")).isEqualTo("test");
      assertThat(event.getString("status")).isEqualTo("RUNNING");
      assertThat(event.getBoolean("ready")).isTrue();
      assertThat(event.getInt("connections")).isEqualTo(1);
      assertThat(event.getInt("maxConnections")).isEqualTo(9);
      assertThat(event.getLong("accepted")).isEqualTo(1);
      assertThat(event.getLong("refused")).isZero();
      assertThat(event.getInt("generation")).isEqualTo(1);
      assertThat(event.getString("handler")).isEqualTo("silent");
      assertThat(event.getInt("drains")).isZero();
      assertThat(client).isNotNull();
    }
  }

  @Test
  void takesItsEventsOutOfTheFlightRecorderWhenItCloses() {
    assertThat(Recorded.types()).isNotEmpty();
    recorded.listener.close();
    assertThat(Recorded.types()).isEmpty();
  }

  private static final class Silent implements Handler<Void> {}
}
