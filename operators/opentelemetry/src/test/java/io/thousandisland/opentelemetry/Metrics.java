// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import java.util.TreeMap;

/** The component on the real SDK, and a reader of what it has counted. */
final class Metrics implements AutoCloseable {

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
          .build();
  final MetricsListener listener = new MetricsListener(sdk);

  Collection<MetricData> read() {
    return reader.collectAllMetrics();
  }

  /**
   * The values of one metric, by the values of its attributes in the order of the keys' names: sums
   * and gauges, and of histograms the count.
   */
  TreeMap<String, Long> values(String name) {
    var values = new TreeMap<String, Long>();
    for (MetricData metric : read()) {
      if (metric.getName().equals("thousandisland." + name)) {
        metric
            .getLongSumData()
            .getPoints()
            .forEach(point -> values.put(text(point.getAttributes()), point.getValue()));
        metric
            .getLongGaugeData()
            .getPoints()
            .forEach(point -> values.put(text(point.getAttributes()), point.getValue()));
        metric
            .getHistogramData()
            .getPoints()
            .forEach(point -> values.put(text(point.getAttributes()), point.getCount()));
      }
    }
    return values;
  }

  private static String text(Attributes attributes) {
    return String.join(" ", attributes.asMap().values().stream().map(Object::toString).toList());
  }

  @Override
  public void close() {
    listener.close();
    sdk.close();
  }
}
