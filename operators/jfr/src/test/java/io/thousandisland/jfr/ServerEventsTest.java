// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Limit;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each telemetry event of servers becomes an event with the same facts. */
class ServerEventsTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Throwable REASON = new IOException("broken");
  private static final InetSocketAddress PEER = new InetSocketAddress("::1", 50_000);
  private static final GenerationInfo GENERATION =
      new GenerationInfo(4, "echo", "1.2.0", 40, 0, true, 2);

  private final Recorded recorded = new Recorded();

  @AfterEach
  void close() {
    recorded.close();
  }

  private record Sample(TelemetryEvent told, String recorded) {}

  private static List<Sample> samples() {
    String thrown = "java.io.IOException: broken";
    return List.of(
        new Sample(
            new TelemetryEvent.StatusChanged("mail", Status.RUNNING, Status.FAILED, "why"),
            "Status from=RUNNING to=FAILED reason=why"),
        new Sample(
            new TelemetryEvent.WaitedInVain("mail", "why", SECOND, 3),
            "WaitedInVain reason=why waited=PT1S closed=3"),
        new Sample(
            new TelemetryEvent.DrainEnded(
                "mail", "server", new Drained(1, 2, 3, List.of("t1", "t2"), SECOND)),
            "Drain what=server migrated=1 graceful=2 forced=3 lingering=t1, t2 took=PT1S"),
        new Sample(
            new TelemetryEvent.ConfigurationRefused("mail", "port is x"),
            "Configuration change=refused reason=port is x"),
        new Sample(
            new TelemetryEvent.ConfigurationAccepted("mail"),
            "Configuration change=accepted reason="),
        new Sample(
            new TelemetryEvent.ConfigurationAdjusted("mail", "drainTimeout is 1s"),
            "Configuration change=adjusted reason=drainTimeout is 1s"),
        new Sample(
            new TelemetryEvent.CertificatesInUse(
                "mail", List.of("CN=a", "CN=b"), Instant.parse("2027-01-02T03:04:05Z")),
            "Certificates change=in use text=CN=a, CN=b expires=2027-01-02T03:04:05Z"),
        new Sample(
            new TelemetryEvent.CertificatesRefused("mail", "k.pem is empty", true),
            "Certificates change=refused text=k.pem is empty expires=" + Instant.MIN),
        new Sample(
            new TelemetryEvent.CertificateWarning("mail", "expires soon"),
            "Certificates change=warning text=expires soon expires=" + Instant.MIN),
        new Sample(
            new TelemetryEvent.ListenerStarted("mail", "[::1]:25", PEER, 1, false),
            "Listener change=started listen=[::1]:25 reason=null retryIn=PT0S"),
        new Sample(
            new TelemetryEvent.ListenerStopped("mail", "[::1]:25", PEER, SECOND),
            "Listener change=stopped listen=[::1]:25 reason=null retryIn=PT0S"),
        new Sample(
            new TelemetryEvent.ListenFailed("mail", "[::1]:25", REASON, SECOND),
            "Listener change=failed listen=[::1]:25 reason=" + thrown + " retryIn=PT1S"),
        new Sample(
            new TelemetryEvent.AcceptFailed("mail", 2, REASON),
            "AcceptFailed acceptor=2 reason=" + thrown),
        new Sample(
            new TelemetryEvent.AcceptPaused("mail", 2, REASON, SECOND),
            "AcceptPaused acceptor=2 reason=" + thrown + " pause=PT1S"),
        new Sample(
            new TelemetryEvent.LimitReached("mail", 2, Limit.CONNECTIONS, 5),
            "LimitReached acceptor=2 limit=maxConnections value=5"),
        new Sample(
            new TelemetryEvent.ConnectionRefused("mail", 2, PEER, Limit.RATE, 5),
            "ConnectionRefused acceptor=2 remote=[::1]:50000 limit=acceptRate value=5"
                + " reason=null"),
        new Sample(
            new TelemetryEvent.ProxyHeaderRefused("mail", 2, PEER, "it is too long"),
            "ConnectionRefused acceptor=2 remote=[::1]:50000 limit=proxyProtocol"
                + " value=0 reason=it is too long"),
        new Sample(
            new TelemetryEvent.ConnectionAlarm("mail", 5, 6),
            "ConnectionAlarm threshold=5 connections=6"),
        new Sample(
            new TelemetryEvent.HandlerBound("mail", GENERATION),
            "Generation change=bound generation=4 handler=echo version=1.2.0 connections=2"),
        new Sample(
            new TelemetryEvent.HandlerUnbound("mail", GENERATION),
            "Generation change=unbound generation=4 handler=echo version=1.2.0 connections=2"),
        new Sample(
            new TelemetryEvent.GenerationEnded("mail", GENERATION),
            "Generation change=ended generation=4 handler=echo version=1.2.0 connections=2"),
        new Sample(
            new TelemetryEvent.HandlerUnavailable("mail", "echo 1.2.0", "why", SECOND),
            "HandlerUnavailable handler=echo 1.2.0 reason=why retryIn=PT1S"),
        new Sample(
            new TelemetryEvent.Restarted("mail", "worker 1", REASON),
            "Restart node=worker 1 gaveUp=false reason=" + thrown),
        new Sample(
            new TelemetryEvent.RestartBudgetExhausted("mail", "root", REASON),
            "Restart node=root gaveUp=true reason=" + thrown),
        new Sample(
            new TelemetryEvent.ConnectionMigrated(new Span("mail", 1, 2, PEER, ""), 4, 5, SECOND),
            "Migration from=4 to=5 waited=PT1S connection=2 remote=[::1]:50000"),
        new Sample(
            new TelemetryEvent.MigrationDeclined(new Span("mail", 1, 2, PEER, ""), 4, REASON),
            "MigrationDeclined generation=4 reason="
                + thrown
                + " connection=2 remote=[::1]:50000"));
  }

  @Test
  void eachBecomesAnEventWithTheSameFacts() throws Exception {
    recorded.start();
    samples().forEach(sample -> recorded.tell(sample.told()));
    assertThat(recorded.stop())
        .allSatisfy(made -> assertThat(made.getString("server")).isEqualTo("mail"))
        .allSatisfy(made -> assertThat(made.getStackTrace()).isNull())
        .extracting(ServerEventsTest::facts)
        .containsExactlyElementsOf(samples().stream().map(Sample::recorded).toList());
  }

  /** Its name and its fields, without those that every event has. */
  private static String facts(RecordedEvent event) {
    var facts = new ArrayList<String>();
    facts.add(event.getEventType().getName().replace("io.thousandisland.", ""));
    for (ValueDescriptor field : event.getFields()) {
      String name = field.getName();
      if (!List.of("startTime", "duration", "eventThread", "stackTrace", "server").contains(name)) {
        facts.add(name + "=" + value(event, field));
      }
    }
    return String.join(" ", facts);
  }

  private static Object value(RecordedEvent event, ValueDescriptor field) {
    return switch (String.valueOf(field.getContentType())) {
      case "jdk.jfr.Timespan" -> event.getDuration(field.getName());
      case "jdk.jfr.Timestamp" -> event.getInstant(field.getName());
      default -> event.getValue(field.getName());
    };
  }
}
