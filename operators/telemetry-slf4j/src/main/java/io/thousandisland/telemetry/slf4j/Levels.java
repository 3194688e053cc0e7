// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.slf4j.event.Level;

/** The level of each event. WARN and ERROR mean that a person should act. */
final class Levels {
  private Levels() {}

  static Level of(TelemetryEvent event) {
    return switch (event) {
      case TelemetryEvent.StatusChanged e ->
          e.to() == Status.FAILED ? Level.ERROR : Level.INFO; // WAITING: it may be an update
      case TelemetryEvent.DrainEnded e ->
          e.result().lingering().isEmpty() ? Level.INFO : Level.ERROR;
      case TelemetryEvent.RestartBudgetExhausted e -> Level.ERROR;
      case TelemetryEvent.TelemetryListenerFailed e -> Level.ERROR;
      case TelemetryEvent.WaitedInVain e -> Level.WARN;
      case TelemetryEvent.ConfigurationRefused e -> Level.WARN;
      case TelemetryEvent.ListenFailed e -> Level.WARN;
      case TelemetryEvent.AcceptFailed e -> Level.WARN;
      case TelemetryEvent.AcceptPaused e -> Level.WARN;
      case TelemetryEvent.LimitReached e -> Level.WARN;
      case TelemetryEvent.ConnectionRefused e -> Level.WARN;
      case TelemetryEvent.ProxyHeaderRefused e -> Level.WARN;
      case TelemetryEvent.ConnectionAlarm e -> Level.WARN;
      case TelemetryEvent.Restarted e -> Level.WARN;
      case TelemetryEvent.HandlerThrew e -> Level.WARN;
      case TelemetryEvent.HandlerUnavailable e -> Level.WARN;
      case TelemetryEvent.MigrationDeclined e -> Level.WARN;
      case TelemetryEvent.ReadinessChanged e -> Level.DEBUG; // the status tells it at INFO
      case TelemetryEvent.ConfigurationAccepted e -> Level.INFO;
      case TelemetryEvent.ConfigurationAdjusted e -> Level.INFO;
      case TelemetryEvent.CertificatesInUse e -> Level.INFO;
      case TelemetryEvent.CertificatesRefused e -> Level.WARN;
      case TelemetryEvent.CertificateWarning e -> Level.WARN;
      case TelemetryEvent.ListenerStarted e -> Level.INFO;
      case TelemetryEvent.ListenerStopped e -> Level.INFO;
      case TelemetryEvent.HandlerBound e -> Level.INFO;
      case TelemetryEvent.HandlerUnbound e -> Level.INFO;
      case TelemetryEvent.HandlerRecovered e -> Level.INFO;
      case TelemetryEvent.GenerationEnded e -> Level.INFO;
      case TelemetryEvent.AcceptorStarted e -> Level.DEBUG;
      case TelemetryEvent.AcceptorStopped e -> Level.DEBUG;
      case TelemetryEvent.ConnectionStarted e -> Level.DEBUG;
      case TelemetryEvent.ConnectionReady e -> Level.DEBUG;
      case TelemetryEvent.ConnectionStopped e -> ofEnding(e.ending());
      case TelemetryEvent.ReceiveFailed e -> Level.DEBUG;
      case TelemetryEvent.SendFailed e -> Level.DEBUG;
      case TelemetryEvent.MessageDropped e -> Level.DEBUG;
      case TelemetryEvent.ConnectionMigrated e -> Level.DEBUG;
      case TelemetryEvent.Received e -> Level.TRACE;
      case TelemetryEvent.Sent e -> Level.TRACE;
    };
  }

  /**
   * A handler's exception is a bug, unless it is the network's: networks break every day. A failure
   * of TLS is neither: a scanner causes it, or a configuration that shuts clients out.
   */
  private static Level ofEnding(Ending ending) {
    if (!(ending instanceof Ending.Failed failed) || !failed.thrown()) {
      return Level.DEBUG;
    }
    return switch (failed.reason()) {
      case SSLException e -> Level.INFO;
      case IOException e -> Level.DEBUG;
      default -> Level.WARN;
    };
  }
}
