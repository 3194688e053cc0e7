// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.ProxySettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Cidr;
import java.time.Duration;
import java.util.List;

/** Settings of a test server with some of them changed, by their configuration keys. */
final class AlteredSettings {

  private static final List<Cidr> LOOPBACK = List.of(Cidr.parse("127.0.0.0/8").orElseThrow());

  private AlteredSettings() {}

  /** {@code changes} are keys and values in turn. */
  static ServerSettings of(Object... changes) {
    ServerSettings altered = RunningServer.settings();
    for (int i = 0; i < changes.length; i += 2) {
      altered = with(altered, (String) changes[i], changes[i + 1]);
    }
    return altered;
  }

  private static ServerSettings with(ServerSettings s, String key, Object value) {
    Timeouts t = s.timeouts();
    ListenSettings l = s.listen();
    PaceSettings p = s.pace();
    return switch (key) {
      case "readTimeout" -> s.with(t.withRead((Duration) value));
      case "sendTimeout" -> s.with(t.withSend((Duration) value));
      case "handshakeTimeout" -> s.with(t.withHandshake((Duration) value));
      case "drainTimeout" -> s.with(t.withDrain((Duration) value, t.shutdown()));
      case "shutdownTimeout" -> s.with(t.withDrain(t.drain(), (Duration) value));
      case "maxAge" -> s.with(p.withAge((Duration) value, p.maxAgeJitter()));
      case "maxAgeJitter" -> s.with(p.withAge(p.maxAge(), (Integer) value));
      case "firstByteTimeout" -> s.with(p.withFirstByte((Duration) value));
      case "minReceiveRate" ->
          s.with(p.withRates((Integer) value, p.minSendRate(), p.rateWindow()));
      case "minSendRate" ->
          s.with(p.withRates(p.minReceiveRate(), (Integer) value, p.rateWindow()));
      case "rateWindow" ->
          s.with(p.withRates(p.minReceiveRate(), p.minSendRate(), (Duration) value));
      case "idleBy" -> s.with(p.with((PaceSettings.IdleBy) value));
      case "acceptors" -> s.withAcceptors((Integer) value);
      case "maxConnections" -> s.with(new LimitSettings((Integer) value, s.limits().whenReached()));
      case "whenLimitReached" ->
          s.with(new LimitSettings(s.limits().maxConnections(), (LimitSettings.WhenReached) value));
      case "port" ->
          s.with(
              new ListenSettings(
                  "127.0.0.1", (Integer) value, l.backlog(), l.sockets(), l.options()));
      case "listenSockets" ->
          s.with(
              new ListenSettings(
                  l.brief(), l.addresses(), l.backlog(), (Integer) value, l.options(), l.access()));
      case "proxyProtocol" ->
          s.with(new ProxySettings((ProxySettings.Mode) value, LOOPBACK, s.proxy().timeout()));
      case "proxySources" ->
          s.with(
              new ProxySettings(
                  s.proxy().mode(),
                  List.of(Cidr.parse((String) value).orElseThrow()),
                  s.proxy().timeout()));
      case "proxyTimeout" ->
          s.with(new ProxySettings(s.proxy().mode(), s.proxy().sources(), (Duration) value));
      default -> throw new IllegalArgumentException("no such key here: " + key);
    };
  }
}
