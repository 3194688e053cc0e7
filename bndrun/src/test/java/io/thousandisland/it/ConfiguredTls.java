// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** A TLS transport for one test, made by a configuration, and clients that trust it. */
final class ConfiguredTls implements AutoCloseable {

  static final String PASSWORD = "changeit";

  private static final AtomicInteger COUNT = new AtomicInteger();

  /** The contexts of clients, by the stores that they trust. */
  private static final Map<Path, SSLContext> CLIENTS = new ConcurrentHashMap<>();

  private final String name = "tls" + COUNT.incrementAndGet();
  private final Configuration configuration;

  ConfiguredTls(BundleContext context, Map<String, Object> settings) throws Exception {
    ConfigurationAdmin admin =
        context.getService(context.getServiceReference(ConfigurationAdmin.class));
    configuration = admin.getFactoryConfiguration("io.thousandisland.tls", name, "?");
    configure(settings);
  }

  void configure(Map<String, Object> settings) throws IOException {
    Dictionary<String, Object> all = new Hashtable<>(settings);
    all.put("transport.name", name);
    configuration.update(all);
  }

  /** The name that servers and handlers call it by. */
  String name() {
    return name;
  }

  /** The value of {@code transport.target} that chooses this transport. */
  String target() {
    return "(transport.name=" + name + ")";
  }

  /** A key store with a certificate of localhost, made by the JDK's own tool. */
  static Path store(Path file, String subject) throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process made =
        new ProcessBuilder(
                keytool.toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                "own",
                "-dname",
                "CN=" + subject,
                "-ext",
                "san=dns:localhost",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(made.getInputStream().readAllBytes());
    if (!made.waitFor(60, TimeUnit.SECONDS) || made.exitValue() != 0) {
      throw new IllegalStateException("keytool: " + said);
    }
    return file;
  }

  /**
   * The settings for the certificate in {@code store}.
   *
   * @param folder for the password
   */
  static Map<String, Object> files(Path store, Path folder) throws IOException {
    Path password = Files.writeString(folder.resolve("passwords"), PASSWORD + "\n");
    return Map.of(
        "certificate", store.toString(), "passwordFile", password.toString(), "reloadSeconds", 1);
  }

  /**
   * A client that trusts the certificates in {@code store}. It resumes the sessions of clients
   * before it, as programs do.
   */
  static SSLSocket connect(int port, Path store) throws IOException {
    SSLContext context = CLIENTS.computeIfAbsent(store, ConfiguredTls::trusting);
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
    plain.setTcpNoDelay(true);
    plain.setSoTimeout(20_000);
    return (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
  }

  private static SSLContext trusting(Path store) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        trusted.load(in, PASSWORD.toCharArray());
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    configuration.delete();
  }
}
