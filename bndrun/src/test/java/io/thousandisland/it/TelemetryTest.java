// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;

/** Section 7: listeners are services. */
class TelemetryTest {

  @InjectBundleContext BundleContext context;

  private static final Map<String, Object> ECHO =
      Map.of(
          "handler.target", "(handler.name=echo)",
          "acceptors", 1,
          "drainTimeout", "5s",
          "shutdownTimeout", "5s");

  private static void echoOnce(int port) throws Exception {
    try (var client = new Client(port)) {
      client.send("hello");
      assertThat(client.reply(5)).isEqualTo("hello");
    }
  }

  @Test
  void eventsOfALifeComeInOrder() throws Exception {
    try (var events = new Events(context, "lived")) {
      try (var server = new ConfiguredServer(context, "lived", ECHO)) {
        echoOnce(server.port());
        events.await(TelemetryEvent.ConnectionStopped.class);
      }
      Awaitility.await()
          .until(
              () -> events.of(TelemetryEvent.StatusChanged.class),
              all -> all.getLast().to() == Status.STOPPED);

      assertThat(events.heard().stream().map(e -> e.getClass().getSimpleName()))
          .containsSubsequence(
              "HandlerBound",
              "ListenerStarted",
              "AcceptorStarted",
              "ConnectionStarted",
              "ConnectionReady",
              "Received",
              "Sent",
              "ConnectionStopped",
              "ListenerStopped",
              "AcceptorStopped",
              "GenerationEnded");
      var stopped = events.await(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()).isInstanceOf(Ending.ByPeer.class);
      assertThat(stopped.counters().bytesReceived()).isEqualTo(5);
      assertThat(stopped.counters().bytesSent()).isEqualTo(5);
      assertThat(events.of(TelemetryEvent.AcceptorStopped.class))
          .extracting(TelemetryEvent.AcceptorStopped::connections)
          .containsExactly(1L);
      assertThat(events.of(TelemetryEvent.OfConnection.class))
          .extracting(TelemetryEvent.OfConnection::span)
          .containsOnly(stopped.span());
    }
  }

  private static final class Thrower implements TelemetryListener {
    @Override
    public void on(TelemetryEvent event) {
      throw new AssertionError("on purpose");
    }
  }

  @Test
  void listenerThatThrowsIsNamedOnceAndHarmsNobody() throws Exception {
    ServiceRegistration<?> thrower =
        context.registerService(TelemetryListener.class, new Thrower(), null);
    try (var events = new Events(context, "robust");
        var server = new ConfiguredServer(context, "robust", ECHO)) {
      echoOnce(server.port());
      events.await(TelemetryEvent.ConnectionStopped.class);

      assertThat(events.of(TelemetryEvent.TelemetryListenerFailed.class))
          .singleElement()
          .satisfies(
              failed -> {
                assertThat(failed.listener()).isEqualTo(Thrower.class.getName());
                assertThat(failed.reason()).hasMessage("on purpose");
              });
    } finally {
      thrower.unregister();
    }
  }

  @Test
  void serverTellsTheListenersThatItsTargetMatches() throws Exception {
    var quiet = new HashMap<>(ECHO);
    quiet.put("listener.target", "(!(objectClass=*))");
    try (var events = new Events(context, "discreet");
        var server = new ConfiguredServer(context, "discreet", quiet)) {
      echoOnce(server.port());
      server.configure(ECHO);
      Awaitility.await()
          .until(
              () -> {
                echoOnce(server.port());
                return !events.of(TelemetryEvent.ConnectionStopped.class).isEmpty();
              });

      assertThat(events.of(TelemetryEvent.ConnectionStarted.class))
          .extracting(started -> started.span().connection())
          .doesNotContain(1L);
      assertThat(events.of(TelemetryEvent.ListenerStarted.class)).isEmpty();
    }
  }

  @Test
  void listenersComeAndGoWhileTheServerRuns() throws Exception {
    try (var server = new ConfiguredServer(context, "observed", ECHO)) {
      int port = server.port();
      var first = new Events(context, "observed");
      echoOnce(port);
      first.await(TelemetryEvent.ConnectionStopped.class);
      first.close();
      List<TelemetryEvent> heard = first.heard();

      try (var second = new Events(context, "observed")) {
        echoOnce(port);
        assertThat(second.await(TelemetryEvent.ConnectionStopped.class).span().connection())
            .isEqualTo(2);
      }
      assertThat(first.heard()).isEqualTo(heard);
    }
  }

  /** A thread that lingers, for example, may keep the server, and must not keep its listeners. */
  @Test
  void serverThatIsGoneKeepsNoListener() throws Exception {
    var gone = new CompletableFuture<Server>();
    WeakReference<Events> listener = toldUntilTheEnd(gone);
    Awaitility.await("the listener is collected")
        .until(
            () -> {
              System.gc();
              return listener.get() == null;
            });
    assertThat(gone.join().name()).isEqualTo("departed");
  }

  private WeakReference<Events> toldUntilTheEnd(CompletableFuture<Server> gone) throws Exception {
    try (var events = new Events(context, "departed")) {
      try (var server = new ConfiguredServer(context, "departed", ECHO)) {
        echoOnce(server.port());
        gone.complete(server.server());
      }
      events.await(TelemetryEvent.ListenerStopped.class);
      return new WeakReference<>(events);
    }
  }
}
