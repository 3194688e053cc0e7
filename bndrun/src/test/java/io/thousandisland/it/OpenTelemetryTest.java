// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryListener;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;

/** Metrics of real servers, through an OpenTelemetry service of the real SDK. */
@Timeout(300)
class OpenTelemetryTest {

  @InjectBundleContext BundleContext context;
  @TempDir Path folder;

  /** Reads when a test says so. */
  private static final class Reader implements MetricReader {
    private CollectionRegistration registration = CollectionRegistration.noop();

    @Override
    public void register(CollectionRegistration given) {
      this.registration = given;
    }

    Stream<MetricData> read() {
      return registration.collectAllMetrics().stream();
    }

    /** The values of a sum or a gauge for one server. */
    Map<String, Long> values(String name, String server, String by) {
      return read()
          .filter(metric -> metric.getName().equals("thousandisland." + name))
          .flatMap(
              metric ->
                  Stream.concat(
                      metric.getLongSumData().getPoints().stream(),
                      metric.getLongGaugeData().getPoints().stream()))
          .filter(point -> attribute(point, "thousandisland.server").equals(server))
          .collect(Collectors.toMap(point -> attribute(point, by), LongPointData::getValue));
    }

    private static String attribute(LongPointData point, String key) {
      return String.valueOf(point.getAttributes().get(AttributeKey.stringKey(key)));
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }
  }

  private boolean isThere() throws Exception {
    return context.getServiceReferences(TelemetryListener.class, null).stream()
        .anyMatch(
            each -> each.getBundle().getSymbolicName().equals("io.thousandisland.opentelemetry"));
  }

  @Test
  void metricsAreThereWhileTheServiceIs() throws Exception {
    assertThat(isThere()).as("listens without the service").isFalse();
    var reader = new Reader();
    try (var sdk =
        OpenTelemetrySdk.builder()
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
            .build()) {
      ServiceRegistration<OpenTelemetry> service =
          context.getBundle().getBundleContext().registerService(OpenTelemetry.class, sdk, null);
      try {
        assertThat(isThere()).isTrue();
        countsARealServer(reader);
        tellsWhenARealCertificateExpires(reader);
      } finally {
        service.unregister();
      }
      assertThat(isThere()).isFalse();
      assertThat(reader.read().map(MetricData::getName))
          .as("looked up after the service went")
          .doesNotContain("thousandisland.ready");
    }
  }

  private void countsARealServer(Reader reader) throws Exception {
    Map<String, Object> settings =
        Map.of("handler.target", "(handler.name=echo)", "maxConnections", 7);
    try (var server = new ConfiguredServer(context, "measured", settings)) {
      try (var client = server.connect()) {
        client.send("hello");
        assertThat(client.reply(5)).isEqualTo("hello");
        Awaitility.await()
            .until(
                () -> reader.values("io", "measured", "network.io.direction"),
                Map.of("receive", 5L, "transmit", 5L)::equals);
        assertThat(reader.values("active_connections", "measured", "thousandisland.handler"))
            .isEqualTo(Map.of("echo", 1L));
        assertThat(reader.values("connection_limit", "measured", "thousandisland.server"))
            .isEqualTo(Map.of("measured", 7L));
        assertThat(reader.values("ready", "measured", "thousandisland.server"))
            .isEqualTo(Map.of("measured", 1L));
        assertThat(reader.values("accepted_connections", "measured", "thousandisland.server"))
            .isEqualTo(Map.of("measured", 1L));
      }
      Awaitility.await().until(() -> ended(reader), "echo by_peer"::equals);
    }
  }

  private void tellsWhenARealCertificateExpires(Reader reader) throws Exception {
    Path store = ConfiguredTls.store(folder.resolve("own.p12"), "measured");
    try (var tls = new ConfiguredTls(context, ConfiguredTls.files(store, folder));
        var server =
            new ConfiguredServer(
                context,
                "secure",
                Map.of(
                    "handler.target", "(handler.name=echo)", "transport.target", tls.target()))) {
      server.await(Status.RUNNING);
      assertThat(reader.values("certificate.time_left", "secure", "thousandisland.certificate"))
          .hasEntrySatisfying(
              "CN=measured from " + store,
              left -> assertThat(left).as("seconds").isBetween(29 * 86_400L, 30 * 86_400L))
          .hasSize(1);
    }
  }

  /** The handler and the ending of the connection that has ended. */
  private static String ended(Reader reader) {
    return reader
        .read()
        .filter(metric -> metric.getName().equals("thousandisland.connection.duration"))
        .flatMap(metric -> metric.getHistogramData().getPoints().stream())
        .map(
            point ->
                point.getAttributes().get(AttributeKey.stringKey("thousandisland.handler"))
                    + " "
                    + point.getAttributes().get(AttributeKey.stringKey("thousandisland.ending")))
        .collect(Collectors.joining());
  }
}
