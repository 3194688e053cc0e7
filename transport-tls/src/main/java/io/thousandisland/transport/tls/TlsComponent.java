// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.tls.HelloInspector;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportName;
import io.thousandisland.transport.TransportSocket;
import io.thousandisland.transport.tls.handshake.HandshakeThreads;
import io.thousandisland.transport.tls.handshake.Terms;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * One TLS transport for each configuration of the factory PID {@code io.thousandisland.tls}.
 *
 * <p>It is there even while its files cannot be used. Then it listens nowhere and says why, and
 * servers try again.
 *
 * <p>Thread: any.
 */
@Component(
    configurationPid = "io.thousandisland.tls",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Capability( // as TransportName does, and that it opens no ports itself
    namespace = TransportName.NAMESPACE,
    name = "tls",
    version = "1.0.0",
    attribute = "over=stream",
    effective = "active")
@Requirement(
    namespace = TransportName.NAMESPACE,
    filter = "(io.thousandisland.transport=tcp)",
    effective = "active")
@Designate(ocd = TlsConfig.class, factory = true)
public final class TlsComponent implements Transport {

  /** The answer of {@link TlsConfig#inspector_target} when nobody is to be asked. */
  private static final String NOBODY = "(!(objectClass=*))";

  private final String name;
  private final Certificates certificates;
  private final HandshakeThreads threads;
  private final TlsTransport transport;

  /** Replaced as a whole by SCR; read whenever there is something to tell. */
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile List<TelemetryListener> listeners = List.of();

  /** Written by SCR; read by handshakes. */
  private volatile @Nullable HelloInspector inspector;

  /** Whether there must be an inspector. Written by SCR; read by handshakes. */
  private volatile boolean inspected;

  @Activate
  public TlsComponent(
      @Reference(name = "below", target = "(transport.name=tcp)") Transport below,
      TlsConfig config) {
    name = config.transport_name();
    certificates = new Certificates(name, System::getenv, this::tell, Clock.systemUTC());
    threads = new HandshakeThreads(1, name);
    transport = new TlsTransport(below, this::terms, threads);
  }

  @Activate
  @Modified
  void configure(TlsConfig config, Map<String, Object> properties) {
    inspected = !config.inspector_target().equals(NOBODY);
    certificates
        .configure(
            () -> {
              TlsKeys.check(properties);
              return TlsSettings.read(config);
            })
        .ifPresent(settings -> threads.most(settings.handshakeThreads()));
  }

  @Deactivate
  void deactivate() {
    certificates.close();
    threads.close();
  }

  private void tell(TelemetryEvent event) {
    for (TelemetryListener listener : listeners) {
      try {
        if (listener.hears(event.detail())) {
          listener.on(event);
        }
      } catch (Throwable thrown) { // its own trouble, and it is not asked to say more
        continue;
      }
    }
  }

  @Reference(
      name = "inspector",
      target = NOBODY,
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindInspector(HelloInspector one) {
    inspector = one;
  }

  void unbindInspector(HelloInspector one) {
    if (inspector == one) {
      inspector = null;
    }
  }

  private Terms terms() throws IOException {
    HelloInspector asked = inspector;
    if (inspected && asked == null) { // a check that is missing must let nobody in
      throw new IOException(
          "transport " + name + " has no inspector of greetings (inspector.target)");
    }
    return certificates.terms(asked);
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
}
