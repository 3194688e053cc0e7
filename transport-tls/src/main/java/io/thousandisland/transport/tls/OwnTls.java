// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.tls.HelloInspector;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import io.thousandisland.transport.tls.handshake.HandshakeThreads;
import io.thousandisland.transport.tls.handshake.Terms;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A TLS transport that a program makes. Its certificates follow their files, as those of {@link
 * TlsComponent} do.
 *
 * <p>Thread: any.
 */
public final class OwnTls implements Transport, AutoCloseable {

  private final Certificates certificates;
  private final HandshakeThreads threads;
  private final TlsTransport transport;
  private final @Nullable HelloInspector inspector;

  /**
   * @param properties keys and values, in which there is no {@link #problems problem}
   * @param inspector null when nobody is to be asked
   */
  public OwnTls(
      String name,
      Transport below,
      Map<String, Object> properties,
      @Nullable HelloInspector inspector,
      Consumer<TelemetryEvent> events) {
    this.inspector = inspector;
    certificates = new Certificates(name, System::getenv, events, Clock.systemUTC());
    threads = new HandshakeThreads(1, name);
    transport = new TlsTransport(below, this::terms, threads);
    certificates
        .configure(() -> TlsSettings.read(TlsValues.of(properties)))
        .ifPresent(settings -> threads.most(settings.handshakeThreads()));
  }

  /** Everything that is wrong with a configuration; whether files can be used is another matter. */
  public static List<String> problems(Map<String, Object> properties) {
    var problems = new ArrayList<>(TlsKeys.problems(properties));
    var known = new LinkedHashMap<>(properties);
    known.entrySet().removeIf(each -> !TlsKeys.problems(Map.ofEntries(each)).isEmpty());
    try {
      TlsSettings unused = TlsSettings.read(TlsValues.of(known));
    } catch (RefusedTls refused) {
      problems.addAll(refused.each());
    }
    return problems;
  }

  private Terms terms() throws IOException {
    return certificates.terms(inspector);
  }

  @Override
  public Map<String, String> facts() {
    var facts = new LinkedHashMap<>(certificates.facts());
    facts.put("handshakes that wait", String.valueOf(threads.waiting()));
    return facts;
  }

  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    return transport.listen(at);
  }

  @Override
  public TransportSocket over(TransportSocket socket, Map<String, Object> options)
      throws IOException {
    return transport.over(socket, options);
  }

  @Override
  public void close() {
    certificates.close();
    threads.close();
  }
}
