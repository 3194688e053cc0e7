// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.testing.TestServer;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.felix.inventory.Format;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Text and JSON about a {@link Busy} server. */
@Timeout(60)
class ServersPrinterTest {

  private static final Path PAGE = Path.of("..", "..", "docs", "web-console.md");

  /** The facts of these are named by transports, or have been listed before. */
  private static final Set<String> NOT_LISTED =
      Set.of("servers[].facts", "servers[].slowestConnections");

  private static final EndedDrains ended = new EndedDrains();
  private static final ServersPrinter printer = new ServersPrinter(ended);
  private static Busy busy;

  @BeforeAll
  static void start() throws Exception {
    busy = Busy.start(ended::on);
    printer.bindServer(busy.server());
  }

  @AfterAll
  static void stop() throws Exception {
    busy.close();
  }

  private static String printed(ServersPrinter by, Format format) {
    var text = new StringWriter();
    var out = new PrintWriter(text);
    by.print(out, format, false);
    out.flush();
    return text.toString();
  }

  private static JsonObject json(ServersPrinter by) {
    try (var reader = Json.createReader(new StringReader(printed(by, Format.JSON)))) {
      return reader.readObject();
    }
  }

  private static JsonObject server() {
    return json(printer).getJsonArray("servers").getJsonObject(0);
  }

  /** The names of all facts below, as paths; lists are known by the first of their items. */
  private static void paths(String to, JsonValue value, Set<String> all) {
    if (value instanceof JsonArray list) {
      list.forEach(item -> paths(to + "[]", item, all));
    } else if (value instanceof JsonObject facts) {
      facts.forEach(
          (name, fact) -> {
            String path = to.isEmpty() ? name : to + "." + name;
            all.add(path);
            if (!NOT_LISTED.contains(path)) {
              paths(path, fact, all);
            }
          });
    }
  }

  @Test
  void jsonHasExactlyTheFactsThatThePageLists() throws Exception {
    var found = new LinkedHashSet<String>();
    paths("", json(printer), found);

    List<String> documented =
        Pattern.compile("(?m)^\\| `(?!io\\.)([a-z][\\w.\\[\\]]*)` \\|")
            .matcher(Files.readString(PAGE))
            .results()
            .map(row -> row.group(1))
            .toList();

    assertThat(found).containsExactlyElementsOf(documented);
  }

  @Test
  void formIsTheOneThatThePageDescribes() throws Exception {
    assertThat(json(printer).getInt("form")).isEqualTo(ServersPrinter.FORM);
    assertThat(Files.readString(PAGE)).contains("form " + ServersPrinter.FORM + " ");
  }

  @Test
  void serverIsShownWithItsDrainsAndItsSlowPeer() {
    JsonObject server = server();
    assertThat(server.getString("name")).isEqualTo(Busy.NAME);
    assertThat(server.getString("status")).isEqualTo("RUNNING");
    assertThat(server.getBoolean("ready")).isTrue();
    assertThat(server.isNull("reason")).isTrue();
    assertThat(server.isNull("expires")).as("TCP has no certificate").isTrue();
    assertThat(server.getInt("connections")).isEqualTo(2);
    assertThat(server.getString("transport")).isEqualTo("tcp");
    assertThat(Instant.parse(server.getString("started"))).isBefore(Instant.now());
    assertThat(server.getJsonArray("listeners").getJsonObject(0).getString("address"))
        .isEqualTo("127.0.0.1:" + busy.running().port());

    JsonObject refused = server.getJsonArray("refused").getJsonObject(0);
    assertThat(refused.getString("limit")).isEqualTo("CONNECTIONS_PER_ADDRESS");
    assertThat(refused.getString("key")).isEqualTo("maxConnectionsPerAddress");
    assertThat(refused.getInt("count")).isEqualTo(1);

    JsonObject drain = server.getJsonArray("drains").getJsonObject(0);
    assertThat(drain.getString("what")).isEqualTo("generation 1");
    assertThat(drain.getString("phase")).isEqualTo("ADVICE");
    assertThat(drain.getInt("remaining")).isEqualTo(2);
    JsonObject over = server.getJsonArray("endedDrains").getJsonObject(0);
    assertThat(over.getString("what")).isEqualTo("address 192.0.2.1");

    JsonArray oldest = server.getJsonArray("oldestConnections");
    assertThat(oldest).hasSize(2);
    JsonArray slowest = server.getJsonArray("slowestConnections");
    assertThat(slowest).hasSize(1);
    assertThat(slowest.getJsonObject(0))
        .extracting("id")
        .isEqualTo(oldest.getJsonObject(0).get("id"));
    assertThat(slowest.getJsonObject(0).getInt("unsent")).isPositive();
  }

  @Test
  void textHasTheSameFactsALineForEachSmallPart() {
    String text = printed(printer, Format.TEXT);
    var names = new LinkedHashSet<String>();
    paths("", json(printer), names);
    assertThat(names)
        .allSatisfy(path -> assertThat(text).contains(path.substring(path.lastIndexOf('.') + 1)));
    assertThat(text.lines())
        .contains("form: 1")
        .contains("- name: \"<script>alert(\\\"1\\\")</script>\\n, next\"")
        .contains("  facts: none", "  - key acceptors, value 10, standard true")
        .contains("  - limit CONNECTIONS_PER_ADDRESS, key maxConnectionsPerAddress, count 1")
        .anyMatch(
            line -> line.matches("  - what generation 1, phase ADVICE, remaining 2, ended 0, .*"));
  }

  @Test
  void withoutAServerTheListIsEmpty() {
    var alone = new ServersPrinter(new EndedDrains());
    assertThat(json(alone).getJsonArray("servers")).isEmpty();
    assertThat(printed(alone, Format.TEXT)).endsWith("servers: none\n");
  }

  @Test
  void serverThatIsGoneIsShownNoMore() {
    var other = new ServersPrinter(ended);
    other.bindServer(busy.server());
    other.unbindServer(busy.server());
    assertThat(json(other).getJsonArray("servers")).isEmpty();
  }

  /** TCP that tells of a certificate, in words that are no time. */
  private record Odd(Transport tcp) implements Transport {
    @Override
    public ListeningChannel listen(ListenAt at) throws IOException {
      return tcp.listen(at);
    }

    @Override
    public Map<String, String> facts() {
      return Map.of(EXPIRES, "next week");
    }
  }

  @Test
  void expiryThatIsNoTimeStaysAFactAndIsNoExpiry() throws Exception {
    try (var odd =
        TestServer.serving(new Handler<Void>() {}).transport("odd", Odd::new).over("odd").start()) {
      var other = new ServersPrinter(ended);
      other.bindServer(odd.server());
      JsonObject server = json(other).getJsonArray("servers").getJsonObject(0);
      assertThat(server.isNull("expires")).isTrue();
      assertThat(server.getJsonObject("facts").getString("expires")).isEqualTo("next week");
    }
  }
}
