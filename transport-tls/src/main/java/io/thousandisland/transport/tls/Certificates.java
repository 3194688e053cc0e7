// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.tls.HelloInspector;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.tls.certificates.Credentials;
import io.thousandisland.transport.tls.certificates.Identity;
import io.thousandisland.transport.tls.certificates.UnusableException;
import io.thousandisland.transport.tls.certificates.WatchedFiles;
import io.thousandisland.transport.tls.handshake.Terms;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of one transport, kept up to date: with its configuration, and with the files
 * that it names.
 *
 * <p>Files or a configuration that cannot be used change nothing: what is in use stays in use, and
 * the fault is told once. Connections that are established notice nothing of a change.
 *
 * <p>Thread: any; changes are made by one at a time.
 */
final class Certificates implements AutoCloseable {

  /** The certificates in use, and all that goes with them. */
  private record InUse(TlsSettings settings, Credentials credentials, SSLContext context) {}

  private final String name;
  private final UnaryOperator<@Nullable String> environment;
  private final Consumer<TelemetryEvent> listener;
  private final Clock clock;
  private final ScheduledExecutorService looks;

  /** Null while nobody can be served. Written with the monitor held; read by any thread. */
  private volatile @Nullable InUse inUse;

  /** Why the latest files are not in use; null when they are. */
  private volatile @Nullable String problem;

  /** Why the latest configuration is not in use; null when it is. */
  private volatile @Nullable String misconfigured;

  /** The latest configuration that was understood. Guarded by this. */
  private @Nullable TlsSettings wanted;

  /** Its files. Guarded by this. */
  private @Nullable WatchedFiles watched;

  /** Guarded by this. */
  private @Nullable ScheduledFuture<?> looking;

  /** Whether the latest files could not be used: then each look tries again. Guarded by this. */
  private boolean unusable;

  /** The warnings that were given. Guarded by this. */
  private final Set<String> warned = new HashSet<>();

  /**
   * @param name of the transport
   * @param environment gives the value of an environment variable, or null
   */
  Certificates(
      String name,
      UnaryOperator<@Nullable String> environment,
      Consumer<TelemetryEvent> listener,
      Clock clock) {
    this.name = name;
    this.environment = environment;
    this.listener = listener;
    this.clock = clock;
    this.looks =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name("thousandisland " + name + " files")
                .factory());
  }

  /** As {@link #configure(Supplier)}. */
  Optional<TlsSettings> configure(TlsConfig config) {
    return configure(() -> TlsSettings.read(config));
  }

  /**
   * Takes a configuration over, if it can be used.
   *
   * @param reader throws {@link IllegalArgumentException} for one that cannot
   * @return the settings, when they were understood
   */
  synchronized Optional<TlsSettings> configure(Supplier<TlsSettings> reader) {
    TlsSettings settings;
    try {
      settings = reader.get();
    } catch (IllegalArgumentException wrong) {
      String reason = String.valueOf(wrong.getMessage());
      misconfigured = reason;
      tell(new TelemetryEvent.CertificatesRefused(name, reason, inUse != null));
      return Optional.empty();
    }
    misconfigured = null;
    wanted = settings;
    watched = new WatchedFiles(settings.files().all());
    load(settings);
    lookEvery(settings.reload().toSeconds());
    return Optional.of(settings);
  }

  private void lookEvery(long seconds) {
    if (looking != null) {
      looking.cancel(false);
      looking = null;
    }
    if (seconds > 0) {
      looking =
          looks.scheduleWithFixedDelay(this::lookInAnyCase, seconds, seconds, TimeUnit.SECONDS);
    }
  }

  /** As {@link #look}; whatever goes wrong, the next look comes. */
  private void lookInAnyCase() {
    try {
      look();
    } catch (Throwable bug) {
      refused("the files cannot be looked at: " + bug);
    }
  }

  /** Looks whether the files have changed, and whether a certificate expires soon. */
  synchronized void look() {
    TlsSettings settings = wanted;
    WatchedFiles files = watched;
    if (settings != null && files != null) {
      if (files.haveChanged()) {
        load(settings);
      } else if (unusable) {
        files.areReadAnyway();
        load(settings);
      }
    }
    warn();
  }

  private void load(TlsSettings settings) {
    try {
      Credentials credentials = Credentials.read(settings.files(), environment);
      inUse = new InUse(settings, credentials, context(credentials));
      problem = null;
      unusable = false;
      warned.clear();
      tell(
          new TelemetryEvent.CertificatesInUse(
              name,
              credentials.identities().stream().map(Identity::toString).toList(),
              credentials.first().expires()));
      warn();
    } catch (UnusableException | GeneralSecurityException fault) {
      unusable = true; // rights may change, for example, which no look at a file shows
      refused(String.valueOf(fault.getMessage()));
    }
  }

  private static SSLContext context(Credentials credentials) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    var trust = credentials.trustManager();
    context.init(
        new KeyManager[] {credentials.keyManager()},
        trust == null ? new TrustManager[0] : new TrustManager[] {trust},
        null);
    return context;
  }

  private synchronized void refused(String reason) {
    if (!reason.equals(problem)) {
      problem = reason;
      tell(new TelemetryEvent.CertificatesRefused(name, reason, inUse != null));
    }
  }

  private void warn() {
    InUse now = inUse;
    if (now != null) {
      Instant time = clock.instant();
      for (String warning : now.credentials.warnings(time, time.plus(now.settings.warning()))) {
        if (warned.add(warning)) {
          tell(new TelemetryEvent.CertificateWarning(name, warning));
        }
      }
    }
  }

  private void tell(TelemetryEvent event) {
    listener.accept(event);
  }

  /** Facts for people: the certificates, and a fault of the latest files or configuration. */
  Map<String, String> facts() {
    var facts = new LinkedHashMap<String, String>();
    InUse now = inUse;
    if (now != null) {
      int number = 0;
      for (Identity one : now.credentials.identities()) {
        number++;
        facts.put(Transport.CERTIFICATE + number, one + Transport.UNTIL + one.expires());
      }
      facts.put(Transport.EXPIRES, now.credentials.first().expires().toString());
      facts.put("protocols", String.join(", ", now.settings.parameters().getProtocols()));
    }
    String fault = problem;
    if (fault != null) {
      facts.put("files not in use", fault);
    }
    String wrong = misconfigured;
    if (wrong != null) {
      facts.put("configuration not in use", wrong);
    }
    return facts;
  }

  /** The terms for a handshake that begins now. */
  Terms terms(@Nullable HelloInspector inspector) throws IOException {
    InUse now = inUse;
    if (now == null) {
      throw new IOException(String.valueOf(problem == null ? misconfigured : problem));
    }
    Predicate<String> admits =
        now.settings.refusesUnknownNames() ? now.credentials::knows : any -> true;
    return new Terms(now.context, now.settings.parameters(), admits, inspector);
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }
}
