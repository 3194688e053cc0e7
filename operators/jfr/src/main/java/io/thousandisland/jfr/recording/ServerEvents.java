// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording;

import io.thousandisland.jfr.recording.events.AcceptFailedEvent;
import io.thousandisland.jfr.recording.events.AcceptPausedEvent;
import io.thousandisland.jfr.recording.events.CertificatesEvent;
import io.thousandisland.jfr.recording.events.ConfigurationEvent;
import io.thousandisland.jfr.recording.events.ConnectionAlarmEvent;
import io.thousandisland.jfr.recording.events.ConnectionRefusedEvent;
import io.thousandisland.jfr.recording.events.DrainEvent;
import io.thousandisland.jfr.recording.events.GenerationEvent;
import io.thousandisland.jfr.recording.events.HandlerUnavailableEvent;
import io.thousandisland.jfr.recording.events.LimitReachedEvent;
import io.thousandisland.jfr.recording.events.ListenerEvent;
import io.thousandisland.jfr.recording.events.OfServer;
import io.thousandisland.jfr.recording.events.RestartEvent;
import io.thousandisland.jfr.recording.events.StatusEvent;
import io.thousandisland.jfr.recording.events.WaitedInVainEvent;
import io.thousandisland.server.Addresses;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Limit;
import io.thousandisland.telemetry.TelemetryEvent;
import java.net.SocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The events in the life of servers, handlers and transports. */
final class ServerEvents {
  private ServerEvents() {}

  /**
   * @param event anything but an event of a connection
   */
  static void record(TelemetryEvent event) {
    OfServer made = made(event);
    if (made != null && made.shouldCommit()) {
      made.server = event.server();
      made.commit();
    }
  }

  /** The event to record; null for an event that is seen otherwise. */
  private static @Nullable OfServer made(TelemetryEvent event) {
    return switch (event) {
      case TelemetryEvent.StatusChanged e -> {
        var made = new StatusEvent();
        made.from = e.from().name();
        made.to = e.to().name();
        made.reason = e.reason();
        yield made;
      }
      case TelemetryEvent.WaitedInVain e -> {
        var made = new WaitedInVainEvent();
        made.reason = e.reason();
        made.waited = Texts.nanos(e.waited());
        made.closed = e.closed();
        yield made;
      }
      case TelemetryEvent.DrainEnded e -> drain(e);
      case TelemetryEvent.ConfigurationRefused e -> configuration("refused", e.reason());
      case TelemetryEvent.ConfigurationAccepted e -> configuration("accepted", "");
      case TelemetryEvent.ConfigurationAdjusted e -> configuration("adjusted", e.what());
      case TelemetryEvent.CertificatesInUse e ->
          certificates("in use", String.join(", ", e.certificates()), e.expires());
      case TelemetryEvent.CertificatesRefused e -> certificates("refused", e.reason(), null);
      case TelemetryEvent.CertificateWarning e -> certificates("warning", e.what(), null);
      case TelemetryEvent.ListenerStarted e -> listener("started", e.listen());
      case TelemetryEvent.ListenerStopped e -> listener("stopped", e.listen());
      case TelemetryEvent.ListenFailed e -> {
        var made = listener("failed", e.listen());
        made.reason = Texts.thrown(e.reason());
        made.retryIn = Texts.nanos(e.retryIn());
        yield made;
      }
      case TelemetryEvent.AcceptFailed e -> {
        var made = new AcceptFailedEvent();
        made.acceptor = e.acceptor();
        made.reason = Texts.thrown(e.reason());
        yield made;
      }
      case TelemetryEvent.AcceptPaused e -> {
        var made = new AcceptPausedEvent();
        made.acceptor = e.acceptor();
        made.reason = Texts.thrown(e.reason());
        made.pause = Texts.nanos(e.pause());
        yield made;
      }
      case TelemetryEvent.LimitReached e -> {
        var made = new LimitReachedEvent();
        made.acceptor = e.acceptor();
        made.limit = e.limit().key();
        made.value = e.value();
        yield made;
      }
      case TelemetryEvent.ConnectionRefused e ->
          refused(e.acceptor(), e.remote(), e.because(), e.value(), null);
      case TelemetryEvent.ProxyHeaderRefused e ->
          refused(e.acceptor(), e.remote(), Limit.PROXY, 0, e.reason());
      case TelemetryEvent.ConnectionAlarm e -> {
        var made = new ConnectionAlarmEvent();
        made.threshold = e.threshold();
        made.connections = e.connections();
        yield made;
      }
      case TelemetryEvent.HandlerBound e -> generation("bound", e.generation());
      case TelemetryEvent.HandlerUnbound e -> generation("unbound", e.generation());
      case TelemetryEvent.GenerationEnded e -> generation("ended", e.generation());
      case TelemetryEvent.HandlerUnavailable e -> {
        var made = new HandlerUnavailableEvent();
        made.handler = e.handler();
        made.reason = e.reason();
        made.retryIn = Texts.nanos(e.retryIn());
        yield made;
      }
      case TelemetryEvent.Restarted e -> restart(e.node(), e.reason(), false);
      case TelemetryEvent.RestartBudgetExhausted e -> restart(e.supervisor(), e.reason(), true);
      // seen in the status, in the generations, or of no interest afterwards
      case TelemetryEvent.ReadinessChanged e -> null;
      case TelemetryEvent.HandlerRecovered e -> null;
      case TelemetryEvent.AcceptorStarted e -> null;
      case TelemetryEvent.AcceptorStopped e -> null;
      case TelemetryEvent.TelemetryListenerFailed e -> null;
      case TelemetryEvent.OfConnection e -> null;
    };
  }

  private static OfServer drain(TelemetryEvent.DrainEnded ended) {
    var made = new DrainEvent();
    made.what = ended.what();
    made.migrated = ended.result().migrated();
    made.graceful = ended.result().graceful();
    made.forced = ended.result().forced();
    made.lingering = String.join(", ", ended.result().lingering());
    made.took = Texts.nanos(ended.result().took());
    return made;
  }

  private static OfServer configuration(String change, String reason) {
    var made = new ConfigurationEvent();
    made.change = change;
    made.reason = reason;
    return made;
  }

  private static OfServer certificates(String change, String text, @Nullable Instant expires) {
    var made = new CertificatesEvent();
    made.change = change;
    made.text = text;
    made.expires = expires == null ? Long.MIN_VALUE : expires.toEpochMilli(); // no time
    return made;
  }

  private static ListenerEvent listener(String change, String listen) {
    var made = new ListenerEvent();
    made.change = change;
    made.listen = listen;
    return made;
  }

  private static OfServer refused(
      int acceptor, SocketAddress remote, Limit limit, int value, @Nullable String reason) {
    var made = new ConnectionRefusedEvent();
    made.acceptor = acceptor;
    made.remote = Addresses.text(remote);
    made.limit = limit.key();
    made.value = value;
    made.reason = reason;
    return made;
  }

  private static OfServer generation(String change, GenerationInfo generation) {
    var made = new GenerationEvent();
    made.change = change;
    made.generation = generation.number();
    made.handler = generation.handler();
    made.version = generation.version();
    made.connections = generation.connections();
    return made;
  }

  private static OfServer restart(String node, Throwable reason, boolean gaveUp) {
    var made = new RestartEvent();
    made.node = node;
    made.gaveUp = gaveUp;
    made.reason = Texts.thrown(reason);
    return made;
  }
}
