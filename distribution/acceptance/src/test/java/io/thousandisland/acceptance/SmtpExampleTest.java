// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The example smtp with the real {@code swaks} and {@code openssl s_client}, over STARTTLS. All
 * tests share one server for each framework. {@code TEST_SWAKS} names a folder with the program, as
 * {@code .ci/unpack} prints it.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
@ParameterizedClass
@EnumSource
@SuppressWarnings("NullAway.Init") // start() does
class SmtpExampleTest {

  private static final String PASSWORD = "not-to-be-shown";

  /** The codes with which swaks ends. */
  private static final int REFUSED = 26;

  private static final int NOT_LOGGED_IN = 28;

  @TempDir static Path everything;

  private static Path home;
  private static ServerProcess server;
  private static Control control;
  private static int port;

  private final Framework framework;

  SmtpExampleTest(Framework framework) {
    this.framework = framework;
  }

  @BeforeParameterizedClassInvocation
  static void start(Framework framework) throws Exception {
    home = Files.createDirectories(everything.resolve(framework.name()));
    Path mail = Files.createDirectories(home.resolve("mail"));
    Path users = Files.write(home.resolve("users"), List.of("ann:" + PASSWORD));
    makeCertificate();
    Launch launch = Launch.of(framework, home);
    Control.deploy(launch);
    configure(
        launch,
        "io.thousandisland.tls-smtp",
        "certificate = " + home.resolve("mx.p12"),
        "passwordFile = " + home.resolve("password"));
    configure(
        launch,
        "io.thousandisland.examples.smtp",
        "folder = " + mail,
        "usersFile = " + users,
        "maxSize = 100000");
    configure(
        launch,
        "io.thousandisland.server-smtp",
        "port = 0",
        "handler.target = (handler.name=smtp)");
    server = launch.start();
    control = Control.of(server);
    control.install(Examples.jar("smtp"));
    port = server.port("smtp");
  }

  private static void configure(Launch launch, String pid, String... lines) throws IOException {
    Files.write(launch.deploy().resolve(pid + ".cfg"), List.of(lines));
  }

  /** A key and its certificate, and the certificate alone as clients read it. */
  private static void makeCertificate() throws Exception {
    Files.writeString(home.resolve("password"), "changeit");
    Path store = home.resolve("mx.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var command = new ArrayList<>(List.of(keytool, "-genkeypair", "-alias", "mx", "-ext", "bc:c"));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", "changeit"));
    command.addAll(List.of("-keystore", store.toString()));
    Process made = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(made.getInputStream().readAllBytes(), UTF_8);
    assertThat(made.waitFor()).as(said).isZero();
    byte[] certificate =
        KeyStore.getInstance(store.toFile(), "changeit".toCharArray())
            .getCertificate("mx")
            .getEncoded();
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate);
    Files.writeString(
        home.resolve("mx.pem"),
        "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
  }

  @AfterParameterizedClassInvocation
  static void stop() throws Exception {
    control.close();
    server.close();
  }

  @BeforeEach
  void empty() throws IOException {
    for (Path file : files()) {
      Files.delete(file);
    }
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(home.resolve("mail"))) {
      return all.toList();
    }
  }

  /** The only message that was kept. */
  private static String message() throws IOException {
    List<Path> files = files();
    assertThat(files).hasSize(1);
    assertThat(files.getFirst().toString()).endsWith(".eml");
    return Files.readString(files.getFirst());
  }

  // ---- swaks

  /** Has swaks send a message to bob, which ends with an exit code. */
  private static void swaks(int code, Path message, String... options) throws Exception {
    var tools = Examples.Tools.of("TEST_SWAKS", ".ci/unpack target/swaks swaks libnet-ssleay-perl");
    var arguments = new ArrayList<String>();
    arguments.addAll(List.of("--server", "127.0.0.1", "--port", "" + port, "--ehlo", "me.test"));
    arguments.addAll(List.of("--from", "ann@test", "--to", "bob@test", "--data", "@" + message));
    arguments.addAll(List.of(options));
    ProcessBuilder swaks = tools.run("swaks", arguments.toArray(String[]::new));
    swaks.environment().put("PERL5LIB", perlFolders(tools.root()));
    Process process = swaks.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isEqualTo(code);
  }

  /** Perl's modules are in {@code usr/share/perl5} and {@code usr/lib/…/perl5/5.…}. */
  private static String perlFolders(Path root) throws IOException {
    var matcher =
        root.getFileSystem().getPathMatcher("glob:" + root + "/usr/{share/perl5,lib/*/perl5/*}");
    try (Stream<Path> all = Files.find(root, 5, (file, facts) -> matcher.matches(file))) {
      return all.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
  }

  private static Path text(String text) throws IOException {
    return Files.writeString(home.resolve("text"), text);
  }

  private static String[] login(String mechanism, String password, String... more) {
    return Stream.concat(
            Stream.of("--tls-verify", "--tls-ca-path", "" + home.resolve("mx.pem")),
            Stream.concat(
                Stream.of("--auth", mechanism, "--auth-user", "ann", "--auth-password", password),
                Stream.of(more)))
        .toArray(String[]::new);
  }

  @Test
  void k15RealSwaksSendsOverStartTlsWithANameInBothWays() throws Exception {
    Path text = text("Subject: dots\n\n.\n..two\nend");
    String kept =
        "Return-Path: <ann@test>\r\nDelivered-To: bob@test\r\n"
            + "Subject: dots\r\n\r\n.\r\n..two\r\nend\r\n";
    swaks(0, text, login("PLAIN", PASSWORD, "--tls"));
    assertThat(message()).isEqualTo(kept);
    empty();
    swaks(0, text, login("LOGIN", PASSWORD, "--tls", "--pipeline"));
    assertThat(message()).isEqualTo(kept);
  }

  @Test
  void realSwaksIsNotLetInWithAWrongPasswordNorInClearText() throws Exception {
    Path text = text("Subject: no\n\nno\n");
    swaks(NOT_LOGGED_IN, text, login("PLAIN", "wrong", "--tls"));
    swaks(NOT_LOGGED_IN, text, login("LOGIN", PASSWORD));
    assertThat(files()).isEmpty();
    assertThat(server.out().all()).noneMatch(line -> line.contains(PASSWORD));
  }

  @Test
  void realSwaksHearsThatItsMessageIsTooLarge() throws Exception {
    Path text = text("Subject: large\n\n" + "0123456789abcde\n".repeat(10_000));
    swaks(REFUSED, text, "--tls");
    assertThat(files()).isEmpty();
  }

  // ---- openssl

  /** {@code openssl s_client}, as a person types into it. */
  private static final class Openssl implements AutoCloseable {
    private final Process process;
    private final BufferedReader replies;

    Openssl() throws IOException {
      process =
          new ProcessBuilder(
                  "openssl",
                  "s_client",
                  "-starttls",
                  "smtp",
                  "-connect",
                  "127.0.0.1:" + port,
                  "-CAfile",
                  "" + home.resolve("mx.pem"),
                  "-verify_return_error",
                  "-crlf",
                  "-quiet")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      replies = process.inputReader();
    }

    void type(String text) throws IOException {
      process.getOutputStream().write(text.getBytes(UTF_8));
      process.getOutputStream().flush();
    }

    /** The last line of the next reply. */
    String reply() throws IOException {
      String line = replies.readLine();
      while (line != null && line.startsWith("-", 3)) {
        line = replies.readLine();
      }
      return line == null ? "the end" : line;
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }

  private static boolean hasOpenssl() {
    try {
      return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  /** The message goes on in the new code, and so does TLS. */
  @Test
  void k15RealOpensslSendsAMessageAcrossAnUpdate() throws Exception {
    assumeTrue(hasOpenssl(), "no program openssl");
    try (var client = new Openssl()) {
      client.type("EHLO me\nMAIL FROM:<ann@test>\nRCPT TO:<bob@test>\nDATA\n");
      String greeted = client.reply();
      while (!greeted.equals("250 AUTH PLAIN LOGIN")) {
        greeted = client.reply(); // openssl may show the reply to its own EHLO
      }
      for (String code : List.of("250", "250", "354")) {
        assertThat(client.reply()).startsWith(code);
      }
      client.type("Subject: before\n\nand");
      control.update(Examples.jar("smtp"));
      client.type(" after\n.\nQUIT\n");
      assertThat(client.reply()).as("on %s", framework).startsWith("250 OK, message 1");
      assertThat(client.reply()).startsWith("221");
    }
    assertThat(message()).endsWith("Subject: before\r\n\r\nand after\r\n");
    server.saidNoStackTrace();
  }

  /** CVE-2011-0411: bytes in clear text that come as if they were encrypted. */
  @Test
  void k15CommandsInjectedBehindStartTlsAreNeverObeyed() throws Exception {
    try (var client = new Client(port)) {
      assertThat(client.line()).startsWith("220");
      client.send(
          "EHLO me\r\nSTARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@test>\r\nRCPT TO:<bob@test>\r\n"
              + "DATA\r\nevil\r\n.\r\n");
      String line = client.line();
      while (!line.startsWith("220")) {
        assertThat(line).startsWith("250");
        line = client.line();
      }
      String rest = client.reply(1 << 16);
      assertThat(rest).as("an alert of TLS, and the end").doesNotContain("250").hasSizeLessThan(20);
    }
    await().until(() -> control.text("connections smtp").equals("0"));
    assertThat(files()).isEmpty();
    server.saidNoStackTrace();
  }
}
