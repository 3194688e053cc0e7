// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.tls.factory;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.tls.HelloInspector;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportFactory;
import io.thousandisland.transport.tls.OwnTls;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * TLS for a server that a program starts.
 *
 * <pre>{@code
 * ThousandIsland.serve(handler).port(7443).over(new Tls().certificate(Path.of("server.pem")))
 * }</pre>
 *
 * <p>Each typed method is one key of a configuration of {@code io.thousandisland.tls}, under the
 * same name. Keys are checked when the server starts. Certificates follow their files while it
 * runs.
 *
 * <p>Thread: one at a time.
 */
public final class Tls implements TransportFactory {

  private static final String NAME = "transport.name";

  /** The keys that choose services of a framework, and what stands for them here. */
  private static final Map<String, String> OF_SERVICES =
      new TreeMap<>(
          Map.of(
              "below.target", "always plain TCP",
              "inspector.target", "the inspector that is given to inspector"));

  private final Map<String, Object> values = new HashMap<>();
  private final List<String> unreadable = new ArrayList<>();
  private @Nullable HelloInspector inspector;

  /** TLS without a certificate yet, and otherwise with the defaults. */
  public Tls() {}

  // ---- keys by name

  /**
   * Sets a key by its name, as a configuration file does: {@code set("alpn", "h2, http/1.1")}.
   *
   * @param value a text, a number, or an array or collection of texts
   */
  public Tls set(String key, Object value) {
    values.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, key));
    return this;
  }

  /** Sets all keys of a map, see {@link #set}. */
  public Tls from(Map<String, ?> others) {
    others.forEach(this::set);
    return this;
  }

  /** Sets all keys of {@code properties}, their defaults included. */
  public Tls from(Properties properties) {
    for (String key : properties.stringPropertyNames()) {
      values.put(key, properties.getProperty(key).strip());
    }
    return this;
  }

  /**
   * Sets all keys of a properties file in UTF-8. A file that cannot be read is a problem that the
   * start of the server tells.
   */
  public Tls from(Path file) {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      unreadable.add(file + " cannot be read: " + e);
    }
    return from(properties);
  }

  // ---- certificates

  /**
   * Files with certificates: PEM with the chain in order, PKCS#12 or JKS. Several serve several
   * names, or several kinds of keys. The first is the default.
   */
  public Tls certificate(Path... files) {
    return paths("certificate", files);
  }

  /**
   * Files with the keys of PEM certificates, in the same order; none when each key is in its
   * certificate's file.
   */
  public Tls key(Path... files) {
    return paths("key", files);
  }

  /** A file with the passwords of keys and stores, one in each line; all are tried. */
  public Tls passwordFile(Path file) {
    return set("passwordFile", file.toString());
  }

  /** The environment variable with such a password. */
  public Tls passwordEnv(String variable) {
    return set("passwordEnv", variable);
  }

  /** Seconds between two looks at the files, 1 to 86400; 0 for no looks. Default: 10. */
  public Tls reloadSeconds(int seconds) {
    return set("reloadSeconds", seconds);
  }

  /** Days before a certificate expires in which that is warned of, 0 to 3650. Default: 14. */
  public Tls warnDays(int days) {
    return set("warnDays", days);
  }

  // ---- clients

  /** The answer to a client that asks for another name. Default: the first certificate. */
  public Tls unknownName(UnknownName answer) {
    return set("unknownName", word(answer));
  }

  /**
   * Whether clients show a certificate; {@link #trust} is needed then. Default: they are not asked.
   */
  public Tls clientAuth(ClientAuth wanted) {
    return set("clientAuth", word(wanted));
  }

  /** Files with the authorities of clients' certificates: PEM, PKCS#12 or JKS. */
  public Tls trust(Path... files) {
    return paths("trust", files);
  }

  /** Files with lists of revoked certificates: PEM or DER. */
  public Tls crl(Path... files) {
    return paths("crl", files);
  }

  /** Whether authorities are asked if a client's certificate was revoked. Default: they are not. */
  public Tls revocation(Revocation wanted) {
    return set("revocation", word(wanted));
  }

  /** Looks at each client's greeting, and may refuse it or choose the certificate. */
  public Tls inspector(HelloInspector one) {
    inspector = Objects.requireNonNull(one, "inspector");
    return this;
  }

  // ---- the protocol

  /** Protocol versions. Default: TLSv1.3 and TLSv1.2. */
  public Tls protocols(String... names) {
    return set("protocols", names);
  }

  /**
   * Cipher suites, best first, by the names of the JDK. Default: what Mozilla calls intermediate.
   */
  public Tls ciphers(String... names) {
    return set("ciphers", names);
  }

  /** Groups for the key exchange, best first. Default: those of the JDK. */
  public Tls groups(String... names) {
    return set("groups", names);
  }

  /** Protocols to choose from by ALPN, best first. Default: none. */
  public Tls alpn(String... names) {
    return set("alpn", names);
  }

  /**
   * How many handshakes are calculated at the same time, 1 to 1024; 0 for half as many as there are
   * processors. Default: 0.
   */
  public Tls handshakeThreads(int count) {
    return set("handshakeThreads", count);
  }

  /** The name by which a handler switches to it; key {@code transport.name}. Default: tls. */
  public Tls name(String name) {
    return set(NAME, name);
  }

  private Tls paths(String key, Path... files) {
    return set(key, Arrays.stream(files).map(Path::toString).toArray(String[]::new));
  }

  private static String word(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT);
  }

  // ---- for the server

  @Override
  public String name() {
    return String.valueOf(values.getOrDefault(NAME, "tls"));
  }

  @Override
  public List<String> problems() {
    var problems = new ArrayList<>(unreadable);
    var own = new HashMap<>(values);
    OF_SERVICES.forEach(
        (key, instead) -> {
          if (own.remove(key) != null) {
            problems.add(key + " is for services of a framework; here it is " + instead);
          }
        });
    problems.addAll(OwnTls.problems(own));
    return problems;
  }

  @Override
  public Transport over(Transport below, Consumer<TelemetryEvent> events) {
    return new OwnTls(name(), below, Map.copyOf(values), inspector, events);
  }
}
