// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr;

import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** The component, and a recording of what it makes. */
final class Recorded implements AutoCloseable {

  final FlightRecorderListener listener = new FlightRecorderListener();
  private final Recording recording = new Recording();

  /** Tells the listener as a server does: only of details that it wants to hear. */
  void tell(TelemetryEvent event) {
    if (listener.hears(event.detail())) {
      listener.on(event);
    }
  }

  /** Begins to record every event, however short. */
  Recorded start() {
    types().forEach(type -> recording.enable(type.getName()).withoutThreshold());
    recording.start();
    return this;
  }

  /** Begins to record events of one name only. */
  Recorded startOnly(String name) {
    types().forEach(type -> recording.disable(type.getName()));
    recording.enable("io.thousandisland." + name);
    recording.start();
    return this;
  }

  /** Begins to record periodic events of one name only. */
  Recorded startPeriodic(String name, String period) {
    types().forEach(type -> recording.disable(type.getName()));
    recording.enable("io.thousandisland." + name).with("period", period);
    recording.start();
    return this;
  }

  /** Ends the recording; its events, without those of the JDK, in the order of their ends. */
  List<RecordedEvent> stop() throws IOException {
    recording.stop();
    Path file = Files.createTempFile("recorded", ".jfr");
    try {
      recording.dump(file);
      return RecordingFile.readAllEvents(file).stream()
          .filter(event -> isOurs(event.getEventType()))
          .toList();
    } finally {
      Files.delete(file);
    }
  }

  List<Detail> heard() {
    return List.of(Detail.values()).stream().filter(listener::hears).toList();
  }

  static List<EventType> types() {
    return FlightRecorder.getFlightRecorder().getEventTypes().stream()
        .filter(Recorded::isOurs)
        .toList();
  }

  private static boolean isOurs(EventType type) {
    return type.getName().startsWith("io.thousandisland.");
  }

  @Override
  public void close() {
    recording.close();
    listener.close();
  }
}
