// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.examples.redis.store.MemoryStore;
import io.thousandisland.testing.TestClient;
import io.thousandisland.testing.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisHandlerTest {

  private final MemoryStore store = new MemoryStore();

  @AutoClose private TestServer server;

  @BeforeEach
  void serve() throws Exception {
    server = TestServer.serving(new RedisHandler(store)).nonblocking().start();
  }

  /** A request as clients send it. */
  private static String request(String... words) {
    var text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return text.toString();
  }

  private static void assertReply(TestClient client, String reply) throws Exception {
    String expected = reply.replace("|", "\r\n");
    assertThat(new String(client.read(expected.length()), StandardCharsets.ISO_8859_1))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "PING; +PONG|",
        "ping hi; $2|hi|",
        "ECHO x; $1|x|",
        "ECHO; -ERR wrong number of arguments for 'echo' command|",
        "GET none; $-1|",
        "SET k v; +OK|",
        "SET k v NX XX EX; -ERR syntax error|",
        "SET k v EX 0; -ERR invalid expire time in 'set' command|",
        "SET k v EX soon; -ERR value is not an integer or out of range|",
        "SET k v XX; $-1|",
        "SET k; -ERR wrong number of arguments for 'set' command|",
        "DEL a b; :0|",
        "INCR n; :1|",
        "EXPIRE none 5; :0|",
        "TTL none; :-2|",
        "COMMAND DOCS; *0|",
        "CONFIG GET save; *0|",
        "FLUSHALL; -ERR unknown command 'FLUSHALL'|"
      })
  void commandIsAnsweredWhetherItComesAsALineOrAsAnArray(String line, String reply)
      throws Exception {
    try (var client = server.connect()) {
      client.send(line + "\r\n");
      assertReply(client, reply);
      client.send("*" + request(line.split(" ")).substring(1));
      assertReply(client, line.startsWith("INCR") ? ":2|" : reply);
    }
  }

  @Test
  void valuesAreBytesAndExpire() throws Exception {
    try (var client = server.connect()) {
      byte[] set = request("SET", "k", "\u0000\r\n\u00ff").getBytes(StandardCharsets.ISO_8859_1);
      client.send(set);
      assertReply(client, "+OK|");
      client.send(request("GET", "k"));
      assertReply(client, "$4|\u0000\r\n\u00ff|");
      client.send(
          request("EXPIRE", "k", "100") + request("TTL", "k") + request("EXPIRE", "k", "0"));
      assertReply(client, ":1|:100|:1|");
      client.send(request("GET", "k"));
      assertReply(client, "$-1|");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 1000})
  void pipelinedRequestsAreAnsweredInOrderInWhateverPiecesTheyArrive(int size) throws Exception {
    String all =
        IntStream.range(0, 50)
            .mapToObj(i -> request("SET", "k" + i, "v" + i) + "GET k" + i + "\r\n")
            .collect(Collectors.joining());
    try (var client = server.connect()) {
      for (int at = 0; at < all.length(); at += size) {
        client.send(all.substring(at, Math.min(all.length(), at + size)));
      }
      for (int i = 0; i < 50; i++) {
        assertReply(client, "+OK|$" + ("v" + i).length() + "|v" + i + "|");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "*x|; -ERR Protocol error: invalid multibulk length|",
        "*9999|; -ERR Protocol error: invalid multibulk length|",
        "*1|+PING|; -ERR Protocol error: expected '$', got '+'|",
        "*1|$-1|; -ERR Protocol error: invalid bulk length|",
        "*1|$524289|; -ERR Protocol error: invalid bulk length|",
        "*1|$4|PINGxy; -ERR Protocol error: no line end behind a string|"
      })
  void peerThatDoesNotSpeakTheProtocolIsToldSoAndClosed(String sent, String reply)
      throws Exception {
    try (var client = server.connect()) {
      client.send(sent.replace("|", "\r\n"));
      assertReply(client, reply);
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void lineWithoutAnEndIsRefused() throws Exception {
    try (var client = server.connect()) {
      client.send("x".repeat(65_537));
      assertReply(client, "-ERR Protocol error: too big inline request|");
    }
  }

  @Test
  void requestWhoseStringsAreTooLongTogetherIsRefused() throws Exception {
    String three = request("x".repeat(500_000), "x".repeat(500_000), "x".repeat(500_000));
    try (var client = server.connect()) {
      client.send(three);
      assertReply(client, "-ERR Protocol error: too big request|");
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void quitIsAnsweredAndCloses() throws Exception {
    try (var client = server.connect()) {
      client.send("PING\r\nQUIT\r\nPING\r\n");
      assertThat(new String(client.readToEnd(), StandardCharsets.UTF_8))
          .isEqualTo("+PONG\r\n+OK\r\n");
    }
  }

  @Test
  void connectionAndDataOutliveAnUpdateInTheMiddleOfARequest() throws Exception {
    try (var client = server.connect()) {
      client.send(request("SET", "k", "v"));
      assertReply(client, "+OK|");
      String get = request("GET", "k");
      client.send(get.substring(0, 11));
      assertThat(server.withdraw().migrated()).isEqualTo(1);
      server.serve(new RedisHandler(store));
      client.send(get.substring(11));
      assertReply(client, "$1|v|");
    }
  }
}
