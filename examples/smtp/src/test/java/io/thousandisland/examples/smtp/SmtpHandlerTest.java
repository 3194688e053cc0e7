// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thousandisland.server.Drain;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent.ConnectionMigrated;
import io.thousandisland.telemetry.TelemetryEvent.ConnectionStopped;
import io.thousandisland.testing.TestClient;
import io.thousandisland.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail on real sockets, in clear text. The acceptance tests have TLS. */
@Timeout(60)
class SmtpHandlerTest {

  private static final String ENVELOPE =
      "EHLO me\r\nMAIL FROM:<ann@test>\r\nRCPT TO:<bob@test>\r\n";

  private static final String HEAD = "Return-Path: <ann@test>\r\nDelivered-To: bob@test\r\n";

  private static final Duration DRAIN = Duration.ofSeconds(15);

  @TempDir Path folder;

  private TestServer server;
  private TestClient client;

  @BeforeEach
  void connect() throws Exception {
    server =
        TestServer.serving(handler())
            .set("drainTimeout", DRAIN.toSeconds() + "s")
            .set("shutdownTimeout", "5s")
            .start();
    client = server.connect();
    assertThat(client.line()).isEqualTo("220 mx.test ESMTP");
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  private SmtpHandler handler() {
    return new SmtpHandler(Config.SMALL.withFolder(folder));
  }

  /** The last line of the next reply. */
  private String reply() throws IOException {
    String line = client.line();
    while (line != null && line.startsWith("-", 3)) {
      line = client.line();
    }
    return line == null ? "the end" : line;
  }

  private String ask(String command) throws IOException {
    client.send(command + "\r\n");
    return reply();
  }

  /** Sends the envelope of a message, and waits until the server waits for the text. */
  private void begin() throws IOException {
    client.send(ENVELOPE + "DATA\r\n");
    for (String code : List.of("250", "250", "250", "354")) {
      assertThat(reply()).startsWith(code);
    }
  }

  /** The bytes that the server has read. */
  private long received() {
    return server.server().connections().getFirst().counters().bytesReceived();
  }

  /** The files in the folder. */
  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  /** The only file in the folder, as far as its text goes. */
  private String message() throws IOException {
    List<Path> files = files();
    assertThat(files).hasSize(1);
    assertThat(files.getFirst().toString()).endsWith(".eml");
    return Files.readString(files.getFirst(), StandardCharsets.ISO_8859_1);
  }

  // ---- messages

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 1000})
  void messageIsKeptWithItsDotsInWhateverPiecesItArrives(int size) throws Exception {
    String all = ENVELOPE + "DATA\r\nSubject: dots\r\n\r\n..\r\n.. two\r\na.b\r\n\r\n.\r\nQUIT\r\n";
    for (int at = 0; at < all.length(); at += size) {
      client.send(all.substring(at, Math.min(all.length(), at + size)));
    }
    for (String code : List.of("250", "250", "250", "354", "250 OK, message 1", "221")) {
      assertThat(reply()).startsWith(code);
    }
    assertThat(client.readToEnd()).isEmpty();
    assertThat(message()).isEqualTo(HEAD + "Subject: dots\r\n\r\n.\r\n. two\r\na.b\r\n\r\n");
  }

  @Test
  void bytesOfEveryValueAreKept() throws Exception {
    var bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    begin();
    client.send(bytes);
    assertThat(ask("\r\n.")).startsWith("250");
    assertThat(message()).isEqualTo(HEAD + new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n");
  }

  /** Otherwise a second message could hide in this one, from servers that read it otherwise. */
  @ParameterizedTest
  @ValueSource(strings = {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r"})
  void dotBetweenOtherEndsThanCrLfIsText(String text) throws Exception {
    begin();
    client.send("one" + text + "MAIL FROM:<evil@test>\r\n.\r\n");
    assertThat(reply()).startsWith("250 OK, message 1");
    assertThat(message()).startsWith(HEAD + "one").endsWith("MAIL FROM:<evil@test>\r\n");
    assertThat(ask("VRFY bob")).as("the next reply").startsWith("252");
  }

  @Test
  void tooLargeMessageIsRefusedAndNothingOfItIsKept() throws Exception {
    begin();
    client.send("123456789 123456789\r\n".repeat(48)); // 1008 octets
    assertThat(ask(".")).startsWith("552");
    assertThat(files()).isEmpty();
    begin();
    assertThat(ask("short\r\n.")).startsWith("250 OK, message 1");
    assertThat(message()).isEqualTo(HEAD + "short\r\n");
  }

  @Test
  void largestMessageIsKept() throws Exception {
    begin();
    String text = "12345678\r\n".repeat(100);
    client.send(text);
    assertThat(ask(".")).startsWith("250");
    assertThat(message()).isEqualTo(HEAD + text);
  }

  @Test
  void longestLineIsKept() throws Exception {
    begin();
    String line = "x".repeat(998);
    assertThat(ask(line + "\r\n.")).startsWith("250");
    assertThat(message()).isEqualTo(HEAD + line + "\r\n");
  }

  /**
   * The line comes in two pieces. Its rest could be a dot alone if the first piece was forgotten.
   */
  @ParameterizedTest
  @ValueSource(strings = {"|.\r\n", ".|\r\n", ".\r|\n", "..|\r\n", "\n.|\r\n", "\n.\r|\n", "\r\n|"})
  void tooLongLineRefusesItsMessageButDoesNotEndIt(String end) throws Exception {
    begin();
    int split = end.indexOf('|');
    String first = "x".repeat(1500) + end.substring(0, split);
    long before = received();
    client.send(first);
    await().until(() -> received() == before + first.length());
    client.send(end.substring(split + 1) + "MAIL FROM:<evil@test>\r\n");
    assertThat(ask(".")).isEqualTo("500 a line of the message is too long");
    assertThat(ask("VRFY bob")).as("the next reply").startsWith("252");
    assertThat(files()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messageThatDoesNotEndIsNotKept(boolean reset) throws Exception {
    begin();
    client.send("half of it\r\n");
    await().until(() -> Files.size(files().getFirst()) > HEAD.length());
    if (reset) {
      client.reset();
    } else {
      client.close();
    }
    await().until(() -> files().isEmpty());
  }

  // ---- commands

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "NOOP; 250",
        "RSET; 250",
        "VRFY bob; 252",
        "HELO me; 250 mx.test greets me",
        "ehlo me; 250 STARTTLS",
        "EHLO; 501",
        "EHLO two words; 501",
        "MAIL FROM:<ann@test>; 503",
        "RCPT TO:<bob@test>; 503",
        "DATA; 503",
        "STARTTLS; 503",
        "AUTH PLAIN; 502",
        "EXPN list; 500",
        "GET / HTTP/1.1; 500",
        "''; 500"
      })
  void firstCommandIsAnswered(String command, String reply) throws Exception {
    assertThat(ask(command)).startsWith(reply);
    assertThat(ask("NOOP")).startsWith("250");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "MAIL FROM:<>; 250",
        "mail from: <ann@test> size=1000 body=8bitmime; 250",
        "MAIL FROM:<ann@test> AUTH=<>; 250",
        "MAIL FROM:<ann@test> SIZE=1001; 552",
        "MAIL FROM:<ann@test> SIZE=99999999999999999999; 552",
        "MAIL FROM:<ann@test> SIZE=x; 555",
        "MAIL FROM:<ann@test> SMTPUTF8; 555",
        "MAIL FROM:ann@test; 501",
        "MAIL TO:<ann@test>; 501",
        "MAIL FROM:<ann @test>; 501",
        "MAIL FROM:<änn@test>; 501",
        "MAIL; 501",
        "STARTTLS now; 501",
        "RCPT TO:<bob@test>; 503",
        "DATA; 503"
      })
  void commandBehindTheGreetingIsAnswered(String command, String reply) throws Exception {
    assertThat(ask("EHLO me")).startsWith("250");
    assertThat(ask(command)).startsWith(reply);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "RCPT TO:<Postmaster>; 250",
        "RCPT TO:<>; 501",
        "RCPT FROM:<bob@test>; 501",
        "RCPT TO:<bob@test> NOTIFY=NEVER; 555",
        "MAIL FROM:<ann@test>; 503",
        "STARTTLS; 503",
        "DATA; 503"
      })
  void commandBehindMailIsAnswered(String command, String reply) throws Exception {
    assertThat(ask("EHLO me")).startsWith("250");
    assertThat(ask("MAIL FROM:<ann@test>")).startsWith("250");
    assertThat(ask(command)).startsWith(reply);
  }

  @Test
  void aLineFeedInAnAddressMakesNoHeaderOfItsOwn() throws Exception {
    assertThat(ask("EHLO me")).startsWith("250");
    assertThat(ask("MAIL FROM:<ann\nX-Evil: yes@test>")).startsWith("501");
  }

  @Test
  void recipientsBeyondTheLimitAreRefusedAndTheOthersGetTheMessage() throws Exception {
    client.send(ENVELOPE);
    for (String code : List.of("250", "250", "250")) {
      assertThat(reply()).startsWith(code);
    }
    assertThat(ask("RCPT TO:<cec@test>")).startsWith("250");
    assertThat(ask("RCPT TO:<dan@test>")).startsWith("452");
    assertThat(ask("DATA")).startsWith("354");
    assertThat(ask("hello\r\n.")).startsWith("250");
    assertThat(message()).isEqualTo(HEAD + "Delivered-To: cec@test\r\nhello\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSET", "EHLO me", "HELO me"})
  void envelopeIsForgottenOnDemand(String command) throws Exception {
    client.send(ENVELOPE + command + "\r\nDATA\r\n");
    for (String code : List.of("250", "250", "250", "250", "503")) {
      assertThat(reply()).startsWith(code);
    }
  }

  @Test
  void tenMistakesInARowEndTheConnectionAndNineDoNot() throws Exception {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 9; i++) {
        assertThat(ask("WHAT")).startsWith("500");
      }
      assertThat(ask("NOOP")).startsWith("250");
    }
    client.send("WHAT\r\n".repeat(20));
    for (int i = 0; i < 10; i++) {
      assertThat(reply()).startsWith("500");
    }
    assertThat(reply()).startsWith("421");
    assertThat(client.readToEnd()).isEmpty();
  }

  @Test
  void tooLongCommandIsRefusedAndEndsTheConnection() throws Exception {
    assertThat(ask("NOOP " + "x".repeat(505))).startsWith("250");
    assertThat(ask("NOOP " + "x".repeat(506))).startsWith("500");
    assertThat(client.readToEnd()).isEmpty();
  }

  @Test
  void startTlsWithoutItsTransportIsSaidToTheOperator() throws Exception {
    assertThat(ask("EHLO me")).startsWith("250");
    assertThat(ask("STARTTLS")).startsWith("220");
    assertThat(client.readToEnd()).isEmpty();
    assertThat(failure()).hasMessageContaining("tls");
  }

  private Throwable failure() throws InterruptedException {
    Ending ending = server.events().await(ConnectionStopped.class).ending();
    assertThat(ending).isInstanceOf(Ending.Failed.class);
    return ((Ending.Failed) ending).reason();
  }

  // ---- updates, drains, troubles

  @Test
  void connectionOutlivesAnUpdateBeforeEachLine() throws Exception {
    String conversation = ENVELOPE + "DATA\r\nSubject: moved\r\n\r\n..dot\r\n.\r\nQUIT\r\n";
    int updates = 0;
    for (String line : conversation.split("(?<=\r\n)", 0)) {
      client.send(line.substring(0, line.length() / 2));
      server.replace(handler());
      int moves = ++updates;
      await().until(() -> server.events().of(ConnectionMigrated.class).size() == moves);
      client.send(line.substring(line.length() / 2));
    }
    for (String code : List.of("250", "250", "250", "354", "250 OK, message 1", "221")) {
      assertThat(reply()).startsWith(code);
    }
    assertThat(message()).isEqualTo(HEAD + "Subject: moved\r\n\r\n.dot\r\n");
  }

  @Test
  void drainEndsAConnectionBetweenTwoMessages() throws Exception {
    assertThat(ask("EHLO me")).startsWith("250");
    Drain drain = server.server().drain();
    assertThat(reply()).startsWith("421");
    assertThat(client.readToEnd()).isEmpty();
    assertThat(drain.result().get(20, TimeUnit.SECONDS).took()).isLessThan(DRAIN);
  }

  @Test
  void drainLetsAMessageArriveAndEndsTheConnectionThen() throws Exception {
    begin();
    client.send("one\r\n");
    Drain drain = server.server().drain();
    await().until(() -> drain.progress().phase() == Drain.Phase.ADVICE);
    assertThat(ask("two\r\n.")).startsWith("250 OK, message 1");
    assertThat(reply()).startsWith("421");
    assertThat(client.readToEnd()).isEmpty();
    assertThat(drain.result().get(20, TimeUnit.SECONDS).took()).isLessThan(DRAIN);
    assertThat(message()).isEqualTo(HEAD + "one\r\ntwo\r\n");
  }

  @Test
  void endOfADrainIsSaidToTheClientAndNothingIsKept() throws Exception {
    begin();
    client.send("one\r\n");
    Drain drain = server.server().drain();
    await().until(() -> drain.progress().phase() == Drain.Phase.ADVICE);
    drain.cutShort();
    assertThat(reply()).startsWith("421");
    assertThat(client.readToEnd()).isEmpty();
    await().until(() -> files().isEmpty());
  }

  @Test
  void folderThatGoesIsSaidToTheClientAndTheOperator() throws Exception {
    begin();
    client.send("one\r\n");
    await().until(() -> Files.size(files().getFirst()) > HEAD.length());
    Files.delete(files().getFirst());
    assertThat(ask("two")).startsWith("421");
    assertThat(client.readToEnd()).isEmpty();
    assertThat(failure()).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void changedConfigurationCountsForTheNextCommand() throws Exception {
    var handler = handler();
    server.replace(handler);
    assertThat(ask("EHLO me")).startsWith("250");
    assertThat(ask("MAIL FROM:<ann@test> SIZE=2000")).startsWith("552");
    handler.change(Config.SMALL.withSize(2000));
    assertThat(ask("MAIL FROM:<ann@test> SIZE=2000")).startsWith("250");
    assertThatThrownBy(() -> handler.change(Config.SMALL.withSize(0)))
        .hasMessage("maxSize is 0; allowed: 1 or more octets");
    assertThat(ask("RCPT TO:<bob@test>")).startsWith("250");
    assertThat(ask("DATA")).startsWith("354");
    assertThat(ask("no folder now\r\n.")).isEqualTo("250 OK, message 1, dropped");
    assertThat(files()).isEmpty();
  }
}
