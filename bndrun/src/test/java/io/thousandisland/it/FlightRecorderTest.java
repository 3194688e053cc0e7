// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.telemetry.TelemetryEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** The events of real servers in recordings of the Flight Recorder. */
@Timeout(300)
class FlightRecorderTest {

  private static final Map<String, Object> SETTINGS =
      Map.of("handler.target", "(handler.name=echo)", "drainTimeout", "5s");

  @InjectBundleContext BundleContext context;
  @TempDir Path folder;

  private ConfiguredServer server() throws Exception {
    return new ConfiguredServer(context, "recorded", SETTINGS);
  }

  /** Has one conversation, and returns when its end was told to the listeners. */
  private void converse(ConfiguredServer server) throws Exception {
    int port = server.port();
    try (var events = new Events(context, "recorded")) {
      try (var client = new Client(port)) {
        client.send("hello");
        assertThat(client.reply(5)).isEqualTo("hello");
      }
      events.await(TelemetryEvent.ConnectionStopped.class);
    }
  }

  private List<RecordedEvent> stop(Recording recording, String name) throws Exception {
    recording.stop();
    Path file = folder.resolve(name + ".jfr");
    recording.dump(file);
    try {
      return RecordingFile.readAllEvents(file).stream()
          .filter(event -> event.getEventType().getName().equals("io.thousandisland." + name))
          .toList();
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void connectionOfARealServerIsRecorded() throws Exception {
    try (var server = server();
        var recording = new Recording()) {
      server.port();
      recording.start();
      converse(server);

      RecordedEvent event = stop(recording, "Connection").getFirst();
      assertThat(event.getString("server")).isEqualTo("recorded");
      assertThat(event.getString("ending")).isEqualTo("by peer");
      assertThat(event.getInt("generation")).isEqualTo(1);
      assertThat(event.getLong("bytesReceived")).isEqualTo(5);
      assertThat(event.getLong("bytesSent")).isEqualTo(5);
      assertThat(event.getString("remote")).startsWith("127.0.0.1:");
      assertThat(event.getDuration()).isPositive();
      assertThat(event.getStackTrace()).isNull();
    }
  }

  @Test
  void serverIsRecordedAtTheEndOfEachRecording() throws Exception {
    try (var server = server();
        var recording = new Recording()) {
      server.port();
      recording.enable("io.thousandisland.Server").with("period", "endChunk");
      recording.start();

      assertThat(stop(recording, "Server"))
          .filteredOn(event -> event.getString("server").equals("recorded"))
          .last()
          .satisfies(
              event -> {
                assertThat(event.getString("status")).isEqualTo("RUNNING");
                assertThat(event.getString("handler")).isEqualTo("echo");
              });
    }
  }

  @Test
  void drainIsRecorded() throws Exception {
    try (var server = server();
        var recording = new Recording();
        var events = new Events(context, "recorded")) {
      server.port();
      recording.start();
      server.server().drain().result().get();
      events.await(TelemetryEvent.DrainEnded.class);

      assertThat(stop(recording, "Drain"))
          .extracting(event -> event.getString("what"))
          .containsExactly("server");
    }
  }

  /** The events are classes, so they could keep the bundle's class loader, or clash. */
  @Test
  void updatedBundleRecordsOnAndLeavesNothingBehind() throws Exception {
    Bundle bundle = Bundles.named(context, "io.thousandisland.jfr");
    var loaders = new Loaders();
    try (var server = server();
        var recording = new Recording()) {
      server.port();
      recording.start();
      for (int update = 1; update <= 3; update++) {
        loaders.watch("v" + update, bundle);
        bundle.update();
        Loaders.refresh(context, List.of(bundle));
        assertThat(kinds()).as("kinds of connection events").isEqualTo(1);
        converse(server);
      }
      assertThat(loaders.left()).as("class loaders, while it records").isEmpty();
      assertThat(stop(recording, "Connection")).hasSize(3);
    }
  }

  private static long kinds() {
    return types().filter(name -> name.equals("io.thousandisland.Connection")).count();
  }

  private static Stream<String> types() {
    return FlightRecorder.getFlightRecorder().getEventTypes().stream().map(EventType::getName);
  }

  @Test
  void stoppedBundleTakesItsEventsAway() throws Exception {
    Bundle bundle = Bundles.named(context, "io.thousandisland.jfr");
    bundle.stop();
    try {
      assertThat(types()).noneMatch(name -> name.startsWith("io.thousandisland."));
    } finally {
      bundle.start();
    }
  }
}
