// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sums that only grow, one for each set of attributes. They outlive the servers, so a server that
 * comes back under its name goes on counting.
 *
 * <p>Thread: any.
 */
final class Totals {

  private final Map<Attributes, Long> sums = new ConcurrentHashMap<>();

  void add(Attributes attributes, long more) {
    if (more > 0) {
      sums.merge(attributes, more, Long::sum);
    }
  }

  void observe(ObservableLongMeasurement counter) {
    sums.forEach((attributes, sum) -> counter.record(sum, attributes));
  }
}
