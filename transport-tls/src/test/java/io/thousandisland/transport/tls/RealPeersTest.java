// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
import io.thousandisland.transport.tls.TlsFixture.Echo;
import io.thousandisland.transport.tls.certificates.Pki;
import io.thousandisland.transport.tls.certificates.Pki.Issued;
import io.thousandisland.transport.tls.certificates.Pki.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs openssl and curl as clients, where this machine has them. */
@Timeout(60)
class RealPeersTest {

  private final Issued root = Pki.authority("root");

  @TempDir private Path folder;

  private final TlsFixture tls = new TlsFixture(true);
  private final Certificates certificates =
      new Certificates("tls", name -> null, event -> {}, Clock.systemUTC());
  private Path trust;

  @BeforeEach
  void certificates() {
    trust = Pki.write(folder.resolve("root.pem"), Pki.pem(root.own()));
    configure(Kind.EC);
  }

  private void configure(Kind kind, Object... more) {
    var values =
        new ArrayList<Object>(
            List.of(
                "certificate",
                root.issue(kind, "localhost").file(folder, "server.pem").toString()));
    values.addAll(List.of(more));
    var unused = certificates.configure(Configs.of(values.toArray()));
  }

  @AfterEach
  void close() {
    certificates.close();
    tls.close();
  }

  private TestServer server(Echo handler) throws InterruptedException {
    return tls.tls(handler, () -> certificates.terms(null)).start();
  }

  private static void assumeThereIs(String program) {
    boolean there =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    Assumptions.assumeTrue(there, "no " + program + " on the PATH");
  }

  /** A program that runs, with its input and its output. */
  private record Running(Process process) implements AutoCloseable {

    static Running of(String... command) throws IOException {
      return new Running(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    void say(String text) throws IOException {
      process.getOutputStream().write(text.getBytes(UTF_8));
      process.getOutputStream().flush();
    }

    /** All that it prints up to {@code end}, or to its own end. */
    String until(String end) throws IOException {
      var all = new StringBuilder();
      while (all.indexOf(end) < 0) {
        int next = process.getInputStream().read();
        if (next < 0) {
          break;
        }
        all.append((char) next);
      }
      return all.toString();
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      try {
        boolean unused = process.waitFor(20, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Running openssl(TestServer server, String... options) throws IOException {
    assumeThereIs("openssl");
    var command =
        new ArrayList<>(
            List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + server.port(),
                "-servername",
                "localhost",
                "-verify_hostname",
                "localhost",
                "-CAfile",
                trust.toString(),
                "-verify_return_error"));
    command.addAll(List.of(options));
    return Running.of(command.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void opensslTalksInBothVersions(String version) throws Exception {
    try (var server = server(new Echo());
        var client = openssl(server, version, "-quiet")) {
      client.say("hello\n");
      assertThat(client.until("hello\n")).endsWith("hello\n");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EC", "RSA", "ED25519"})
  void opensslAcceptsKeysOfEachKind(Kind kind) throws Exception {
    configure(kind);
    try (var server = server(new Echo());
        var client = openssl(server, "-quiet")) {
      client.say("hello\n");
      assertThat(client.until("hello\n")).endsWith("hello\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void opensslResumesItsSession(String version) throws Exception {
    String session = folder.resolve("session").toString();
    try (var server = server(new Echo())) {
      try (var first = openssl(server, version, "-sess_out", session)) {
        first.say("hello\n");
        assertThat(first.until("\nhello\n")).contains("New, TLSv1.");
        first.say("Q\n");
        assertThat(first.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
      try (var second = openssl(server, version, "-sess_in", session)) {
        second.say("again\n");
        assertThat(second.until("\nagain\n")).contains("Reused, TLSv1.");
      }
    }
  }

  @Test
  void opensslIsRefusedInOldVersionsAndWeakCiphers() throws Exception {
    var handler = new Echo();
    try (var server = server(handler);
        var old = openssl(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
        var weak = openssl(server, "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")) {
      assertThat(old.until("no such text")).contains("alert protocol version");
      assertThat(weak.until("no such text")).contains("alert handshake failure");
    }
  }

  @Test
  void opensslGetsNoRenegotiation() throws Exception {
    var handler = new Echo();
    try (var server = server(handler);
        var client = openssl(server, "-tls1_2")) {
      client.say("hello\n");
      assertThat(client.until("\nhello\n")).contains("TLSv1.2");
      client.say("R\n");
      assertThat(handler.next()).startsWith("error").contains("renegotiation");
    }
  }

  /** OpenSSL sends the alert in clear text, although the server encrypts already. */
  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void theServerLearnsWhyOpensslLeaves(String version) throws Exception {
    Pki.write(trust, Pki.pem(Pki.authority("another").own()));
    try (var server = server(new Echo());
        var client = openssl(server, version)) {
      assertThat(client.until("no such text")).doesNotContain("Verification: OK");
      var stopped = server.events().await(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending())
          .isInstanceOfSatisfying(
              Ending.Failed.class,
              failed -> assertThat(failed.reason()).hasMessageContaining("unknown_ca"));
    }
  }

  /** Answers any request with two letters. */
  private static final class Ok extends Echo {
    @Override
    public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
        throws Exception {
      data.position(data.limit());
      socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
      return Next.close(state);
    }
  }

  @Test
  void curlGetsAPage() throws Exception {
    assumeThereIs("curl");
    try (var server = server(new Ok());
        var curl =
            Running.of(
                "curl",
                "--silent",
                "--show-error",
                "--max-time",
                "20",
                "--cacert",
                trust.toString(),
                "https://localhost:" + server.port() + "/")) {
      assertThat(curl.until("no such text")).isEqualTo("ok");
    }
  }
}
