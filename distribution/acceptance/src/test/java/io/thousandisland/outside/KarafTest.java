// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.ServerProcess;
import io.thousandisland.acceptance.TestedJava;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/karaf.md, in a real Karaf on JDK 21, with nothing but a release. */
class KarafTest {

  private static final Path PAGE = Path.of("..", "..", "docs", "karaf.md");
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path home;

  @Test
  void featuresServeAndABundleIsUpdatedUnderAnOpenConnection() throws Exception {
    Path java = TestedJava.JDK_21.program();
    Staging staging = Staging.of(home);
    Path echo =
        Files.createDirectory(home.resolve("etc")).resolve("io.thousandisland.server-echo.cfg");
    Files.writeString(echo, server("echo", "tcp"));

    try (var karaf = Karaf.start(staging, java, List.of(echo))) {
      Path project = staging.copy("karaf");
      Path bundle = build(staging, project);
      karaf.awaitStarted();
      List<String> commands = commands(staging.version());
      karaf.command(commands.get(0));
      karaf.command(commands.get(1));

      int port = karaf.port("echo");
      try (var client = new Client(port)) {
        assertThat(client.ask("hello")).isEqualTo("hello");
        assertThat(karaf.log()).doesNotContain("configuration adjusted");
        assertThat(karaf.command("ti:servers | cat"))
            .containsPattern("echo +RUNNING +127\\.0\\.0\\.1:" + port + " +1/");

        updateUnderAnOpenConnection(staging, karaf, project, bundle);
        assertThat(karaf.command("feature:install -r thousandisland-jfr; bundle:list -s | cat"))
            .containsPattern("Active.*io\\.thousandisland\\.jfr");
        karaf.command(commands.get(2));
        serveOverTls(karaf, java);
        askForHealth(karaf, commands.get(3));
        writeMetrics(karaf, commands.get(4), commands.get(5));
        assertThat(client.ask("still here")).isEqualTo("still here");

        karaf.terminate();
        assertThat(client.seesEnd()).isTrue();
      }
      assertThat(karaf.exit()).isZero();
      assertThat(karaf.log()).contains("echo: DRAINING").doesNotContain("| ERROR |");
    }
  }

  private static void updateUnderAnOpenConnection(
      Staging staging, Karaf karaf, Path project, Path bundle) throws Exception {
    karaf.configure("io.thousandisland.server-tally.cfg", server("tally", "tcp"));
    karaf.deploy(bundle);
    try (var client = new Client(karaf.port("tally"))) {
      client.send("a\n");
      assertThat(client.line()).isEqualTo("1 a\n");

      Path source = project.resolve("src/main/java/org/example/tally/TallyHandler.java");
      Files.writeString(
          source, Files.readString(source).replace("lines + \" \"", "lines + \": \""));
      karaf.deploy(build(staging, project));
      karaf.awaitLog("tally: generation 2, handler tally .* serves new connections");
      client.send("b\n");
      assertThat(client.line())
          .as("from the new code, with the state of the old")
          .isEqualTo("2: b\n");

      assertThat(karaf.command("ti:drain tally | cat")).contains("1");
      assertThat(client.seesEnd()).isTrue();
    }
  }

  private void serveOverTls(Karaf karaf, Path java) throws Exception {
    Path store = home.resolve("certificate.p12");
    Process keytool =
        new ProcessBuilder(
                java.resolveSibling("keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).as("exit code of keytool").isZero();
    Path password = Files.writeString(home.resolve("password"), new String(PASSWORD));
    karaf.configure(
        "io.thousandisland.tls-web.cfg",
        "certificate = %s\npasswordFile = %s\norg.apache.karaf.features.configKey = x\n"
            .formatted(store, password));
    karaf.configure("io.thousandisland.server-secure.cfg", server("echo", "tls"));

    int port = karaf.port("secure");
    try (var socket =
        (SSLSocket) trusting(store).getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout((int) ServerProcess.PATIENCE.toMillis());
      socket.getOutputStream().write("secret".getBytes(StandardCharsets.UTF_8));
      assertThat(socket.getInputStream().readNBytes(6)).asString().isEqualTo("secret");
    }
  }

  private static void askForHealth(Karaf karaf, String install) throws Exception {
    karaf.configure("io.thousandisland.health.liveness.cfg", "fail = OK\n");
    assertThat(karaf.command(install + "; hc:exec liveness | cat"))
        .contains("server echo is RUNNING", "unknown key fail; allowed are failed, none,");
    URI probe = URI.create("http://127.0.0.1:%d/health?tags=readiness".formatted(karaf.httpPort()));
    try (var http = HttpClient.newHttpClient()) {
      await()
          .atMost(ServerProcess.PATIENCE)
          .untilAsserted(
              () -> {
                HttpResponse<String> answer =
                    http.send(
                        HttpRequest.newBuilder(probe).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.body())
                    .contains("server echo is RUNNING", "server tally is SUSPENDED");
                assertThat(answer.statusCode()).isEqualTo(503);
              });
    }
  }

  private void writeMetrics(Karaf karaf, String install, String exporter) throws Exception {
    assertThat(karaf.command(install + "; " + exporter + "; bundle:list -s | cat"))
        .as("waits for the service")
        .containsPattern("Waiting.*io\\.thousandisland\\.opentelemetry");
    karaf.deploy(MetricsBundle.build(Files.createDirectory(home.resolve("metrics"))));
    karaf.awaitLog("thousandisland\\.active_connections,.*thousandisland\\.server=\"echo\"");
    // 90 days, the default of keytool
    karaf.awaitLog("certificate\\.time_left,.*server=\"secure\"\\}, value=777[0-9]{4},");
  }

  private static SSLContext trusting(Path store) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(store)) {
      keys.load(file, PASSWORD);
    }
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  private static String server(String handler, String transport) {
    return "port = 0\nhandler.target = (handler.name=%s)\ntransport.target = (transport.name=%s)\n"
        .formatted(handler, transport);
  }

  /** The lines of the page that install features. */
  private static List<String> commands(String version) throws IOException {
    List<String> commands =
        Files.readString(PAGE)
            .lines()
            .filter(line -> line.startsWith("feature:") || line.startsWith("bundle:"))
            .map(line -> line.replace("/0.1.0/", "/" + version + "/"))
            .toList();
    assertThat(commands).hasSize(6);
    return commands;
  }

  private static Path build(Staging staging, Path project) throws Exception {
    staging.maven(project, "-q", "package");
    return project.resolve("target").resolve("tally.jar");
  }
}
