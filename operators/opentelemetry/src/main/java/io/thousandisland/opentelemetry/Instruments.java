// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;

/**
 * The metrics that are counted when something happens. {@link ServerMeter} has those that are
 * looked up when somebody reads.
 *
 * <p>Thread: any.
 */
final class Instruments {

  /** In seconds: connections last from milliseconds to days. */
  private static final List<Double> LIVES =
      List.of(0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3_600.0, 36_000.0, 86_400.0);

  /** In seconds: pauses and handshakes last from microseconds to some seconds. */
  private static final List<Double> PAUSES =
      List.of(0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0);

  final DoubleHistogram connection;
  final DoubleHistogram handshake;
  final DoubleHistogram migration;
  final DoubleHistogram drain;
  final LongCounter handlerErrors;
  final LongCounter declined;
  final LongCounter drained;
  final LongCounter restarts;
  final LongCounter acceptFailures;
  final LongCounter listenFailures;

  Instruments(Meter meter) {
    connection =
        seconds(
            meter,
            "thousandisland.connection.duration",
            "How long connections lasted that have ended",
            LIVES);
    handshake =
        seconds(
            meter,
            "thousandisland.handshake.duration",
            "How long handshakes took; microseconds without TLS",
            PAUSES);
    migration =
        seconds(
            meter,
            "thousandisland.migration.duration",
            "How long connections were without a handler that went on with another one",
            PAUSES);
    drain =
        seconds(
            meter,
            "thousandisland.drain.duration",
            "How long drains took, of servers or parts of them",
            PAUSES);
    handlerErrors =
        counter(
            meter,
            "thousandisland.handler.errors",
            "{error}",
            "Exceptions that handlers have thrown");
    declined =
        counter(
            meter,
            "thousandisland.migration.declined",
            "{connection}",
            "Connections that could not go on with another handler");
    drained =
        counter(
            meter,
            "thousandisland.drained_connections",
            "{connection}",
            "Connections of drains that are over");
    restarts =
        counter(
            meter,
            "thousandisland.restarts",
            "{restart}",
            "Crashes of parts of a server, which were started again");
    acceptFailures =
        counter(
            meter,
            "thousandisland.accept_failures",
            "{failure}",
            "Connections that could not be accepted, for want of descriptors for example");
    listenFailures =
        counter(
            meter, "thousandisland.listen_failures", "{failure}", "Tries to listen that failed");
  }

  private static DoubleHistogram seconds(
      Meter meter, String name, String description, List<Double> boundaries) {
    return meter
        .histogramBuilder(name)
        .setUnit("s")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(boundaries)
        .build();
  }

  private static LongCounter counter(Meter meter, String name, String unit, String description) {
    return meter.counterBuilder(name).setUnit(unit).setDescription(description).build();
  }
}
