// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page {@code docs/operators.md} lists the metrics as they are. */
class PageTest {

  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `(thousandisland\\.[a-z_.]+)` \\| ([a-z -]+) \\| `([^`]+)` \\| ([^|]*) \\|");
  private static final Pattern ATTRIBUTE = Pattern.compile("`([a-z_.]+)`");

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Throwable REASON = new IOException("broken");
  private static final Span SPAN =
      new Span("test", 1, 100, new InetSocketAddress("127.0.0.1", 50_000), "secret");

  private static final Map<String, String> CERTIFICATE =
      Map.of("certificate 1", "CN=a from a.pem, until 2027-01-01T00:00:00Z");

  /** One metric, as a row of the page. */
  private record Metric(String name, String kind, String unit, Set<String> attributes)
      implements Comparable<Metric> {

    static Metric of(MatchResult row) {
      return new Metric(
          row.group(1),
          row.group(2),
          row.group(3),
          ATTRIBUTE
              .matcher(row.group(4))
              .results()
              .map(each -> each.group(1))
              .collect(Collectors.toCollection(TreeSet::new)));
    }

    static Metric of(MetricData data) {
      return new Metric(
          data.getName(),
          kind(data),
          data.getUnit(),
          data.getData().getPoints().stream()
              .flatMap(point -> point.getAttributes().asMap().keySet().stream())
              .map(AttributeKey::getKey)
              .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static String kind(MetricData data) {
      if (data.getType() == MetricDataType.HISTOGRAM) {
        return "histogram";
      } else if (data.getType() == MetricDataType.LONG_GAUGE) {
        return "gauge";
      }
      return data.getLongSumData().isMonotonic() ? "counter" : "up-down counter";
    }

    @Override
    public int compareTo(Metric other) {
      return name.compareTo(other.name);
    }
  }

  @Test
  void pageListsEveryMetricWithItsKindUnitAndAttributes() throws Exception {
    String page = Files.readString(Path.of("..", "..", "docs", "operators.md"));
    List<Metric> listed = ROW.matcher(page).results().map(Metric::of).sorted().toList();

    try (var metrics = new Metrics();
        var server =
            TestServer.serving(new Echo())
                .set("maxConnectionsPerAddress", 1)
                .transport("tls", tcp -> new Certified(tcp, CERTIFICATE))
                .over("tls")
                .start();
        var client = server.connect();
        var refused = server.connect()) {
      metrics.listener.bindServer(server.server());
      assertThat(client.ask("hello")).isEqualTo("hello");
      server.events().await(TelemetryEvent.ConnectionRefused.class);
      tellOneOfEachKind(metrics.listener);
      List<MetricData> read = metrics.read().stream().toList();

      assertThat(read.stream().map(Metric::of).sorted().toList()).isEqualTo(listed);
      assertThat(read.toString()).doesNotContain("127.0.0.1", "secret");
      assertThat(refused).isNotNull();
    }
  }

  private static void tellOneOfEachKind(MetricsListener listener) {
    var ledger = new GenerationInfo(9, "ledger", "1.0.0", 40, 0, true, 0);
    List.of(
            new TelemetryEvent.HandlerBound("test", ledger),
            new TelemetryEvent.ConnectionStarted(SPAN),
            new TelemetryEvent.ConnectionReady(SPAN, 9, SECOND),
            new TelemetryEvent.ConnectionMigrated(SPAN, 1, 9, SECOND),
            new TelemetryEvent.MigrationDeclined(SPAN, 9, REASON),
            new TelemetryEvent.ConnectionStopped(
                SPAN,
                new Ending.Failed(REASON, true, "handleData"),
                new Counters(1, 1, 1, 1),
                SECOND),
            new TelemetryEvent.DrainEnded(
                "test", "server", new Drained(1, 1, 1, List.of(), SECOND)),
            new TelemetryEvent.Restarted("test", "worker 1", REASON),
            new TelemetryEvent.AcceptFailed("test", 1, REASON),
            new TelemetryEvent.ListenFailed("test", "127.0.0.1:25", REASON, SECOND))
        .forEach(listener::on);
  }

  private static final class Echo implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      socket.send(data);
      return Next.proceed(state);
    }
  }
}
