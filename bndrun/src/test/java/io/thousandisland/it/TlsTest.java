// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.server.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** Servers that listen over a transport of the factory PID {@code io.thousandisland.tls}. */
@Timeout(120)
class TlsTest {

  private static final int UPDATES = 20;

  @TempDir private static Path made;
  private static Path old;
  private static Path next;

  @InjectBundleContext BundleContext context;

  @TempDir private Path folder;

  @BeforeAll
  static void certificates() throws Exception {
    old = ConfiguredTls.store(made.resolve("old.p12"), "old");
    next = ConfiguredTls.store(made.resolve("next.p12"), "next");
  }

  private Map<String, Object> files(Path store) throws Exception {
    return ConfiguredTls.files(store, folder);
  }

  private static Map<String, Object> over(ConfiguredTls tls, String handler) {
    return Map.of(
        "transport.target",
        tls.target(),
        "handler.target",
        "(handler.name=" + handler + ")",
        "drainTimeout",
        "10s");
  }

  private static String ask(SSLSocket client, String text, int length) throws Exception {
    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    return new String(client.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
  }

  private static String shown(SSLSocket client) throws Exception {
    client.startHandshake();
    return ((X509Certificate) client.getSession().getPeerCertificates()[0])
        .getSubjectX500Principal()
        .getName();
  }

  @Test
  void serverListensOverTlsOnceItsTransportIsConfigured() throws Exception {
    try (var tls = new ConfiguredTls(context, files(old));
        var server = new ConfiguredServer(context, "secure", over(tls, "echo"));
        var client = ConfiguredTls.connect(server.port(), old)) {
      assertThat(ask(client, "hello", 5)).isEqualTo("hello");
      assertThat(server.server().info().transport()).hasValue(tls.name());
      assertThat(server.server().info().transportFacts().get("certificate 1"))
          .startsWith("CN=old from ");
    }
  }

  @Test
  void missingFileIsNamedAndTheServerListensOnceItIsThere() throws Exception {
    Path late = folder.resolve("late.p12");
    try (var tls = new ConfiguredTls(context, files(late));
        var server = new ConfiguredServer(context, "late", over(tls, "echo"))) {
      server.await(Status.FAILED);
      server.awaitReason("cannot listen");
      assertThat(server.server().info().reason().orElse(""))
          .contains("certificate: " + late + " does not exist");
      Files.copy(old, late);
      try (var client = ConfiguredTls.connect(server.port(), old)) {
        assertThat(ask(client, "hello", 5)).isEqualTo("hello");
      }
    }
  }

  @Test
  void replacedFileIsForNewHandshakesAndDisturbsNobody() throws Exception {
    Path file = Files.copy(old, folder.resolve("server.p12"));
    try (var tls = new ConfiguredTls(context, files(file));
        var server = new ConfiguredServer(context, "renewed", over(tls, "echo"));
        var before = ConfiguredTls.connect(server.port(), old)) {
      assertThat(shown(before)).isEqualTo("CN=old");
      Path copy = Files.copy(next, folder.resolve("copy"));
      Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
      int port = server.port();
      Awaitility.await()
          .ignoreExceptions() // while the old one is shown, which the client does not trust
          .until(
              () -> {
                try (var client = ConfiguredTls.connect(port, next)) {
                  return shown(client).equals("CN=next");
                }
              });
      assertThat(ask(before, "undisturbed", 11)).isEqualTo("undisturbed");
      tls.configure(files(old)); // by configuration, too
      Awaitility.await()
          .ignoreExceptions()
          .until(
              () -> {
                try (var client = ConfiguredTls.connect(port, old)) {
                  return shown(client).equals("CN=old");
                }
              });
      assertThat(ask(before, "undisturbed", 11)).isEqualTo("undisturbed");
    }
  }

  private static HandlerBundle version(int number) {
    return new HandlerBundle(
        "tls.counting", "counting", "v" + number, 0, CountingHandler.class, number % 3 != 0);
  }

  @Test
  void w3HandlerIsUpdatedUnderALiveTlsConnection() throws Exception {
    Bundle handler = context.installBundle("test:tls.counting", version(0).stream());
    handler.start();
    try (var tls = new ConfiguredTls(context, files(old));
        var server = new ConfiguredServer(context, "swapped", over(tls, "counting"));
        var client = ConfiguredTls.connect(server.port(), old)) {
      for (int i = 0; i < UPDATES; i++) {
        String reply = (i + 1) + " v" + i % 10 + " hello\n";
        assertThat(ask(client, "hello\n", reply.length())).isEqualTo(reply);
        handler.update(version((i + 1) % 10).stream());
      }
      assertThat(server.server().info().accepted()).isEqualTo(1);
    } finally {
      handler.uninstall();
    }
  }
}
