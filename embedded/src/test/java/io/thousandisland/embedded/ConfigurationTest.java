// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Configurations from code, maps and files; wrong ones; and those that change while it runs. */
@Timeout(60)
class ConfigurationTest {

  private static ServerBuilder serve() {
    return ThousandIsland.serve(new LineHandler("one")).daemon();
  }

  @Test
  void allThatIsWrongIsNamedAtOnce() {
    var wrong =
        catchThrowableOfType(
            InvalidConfigurationException.class,
            () ->
                serve()
                    .port(70_000)
                    .readTimeout(Duration.ofNanos(1))
                    .acceptors(0)
                    .set("readTimout", "2s")
                    .set("handler.target", "(handler.name=echo)")
                    .start());
    assertThat(wrong.problems())
        .hasSize(5)
        .anyMatch(each -> each.startsWith("port is 70000; allowed: "))
        .anyMatch(each -> each.startsWith("readTimeout is PT0.000000001S; allowed: a whole number"))
        .anyMatch(each -> each.startsWith("acceptors is 0; allowed: "))
        .contains("unknown key readTimout; did you mean readTimeout?")
        .contains(
            "handler.target is for services of a framework; here it is the handler that is given to"
                + " ThousandIsland.serve");
    assertThat(wrong).hasMessage(String.join("; ", wrong.problems()));
  }

  @Test
  void portMustBeGiven() {
    assertThatThrownBy(() -> serve().start())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("port is missing; allowed: ");
  }

  @Test
  void propertiesMapsAndFilesHaveTheSameKeys(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(folder.resolve("a.properties"), "port = 0 \noption.suffix = \u00fc");
    var properties = new Properties();
    properties.setProperty("name", "fromProperties");
    try (var server =
            serve()
                .from(file)
                .from(new Properties(properties))
                .from(Map.of("maxConnections", 3, "drainTimeout", "1s"))
                .start();
        var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("one 1 a\u00fc");
      assertThat(server.server().name()).isEqualTo("fromProperties");
      assertThat(server.server().info().maxConnections()).isEqualTo(3);
    }
  }

  @Test
  void propertiesThatAreNoTextsCount() {
    var properties = new Properties();
    properties.put("maxConnections", 3);
    properties.put("port", 0);
    try (var server = serve().from(properties).start()) {
      assertThat(server.server().info().maxConnections()).isEqualTo(3);
    }
    properties.put(7, "seven");
    assertThatThrownBy(() -> serve().from(properties).start())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage("unknown key 7");
  }

  @Test
  void emptyNameIsNoneAndANumberIsOne() {
    try (var server = serve().port(0).name(" ").start()) {
      assertThat(server.server().name()).isEqualTo("line");
    }
    try (var server = serve().port(0).set("name", 5).start()) {
      assertThat(server.server().name()).isEqualTo("5");
    }
  }

  @Test
  void shortestOfAllDurationsIsRefused() {
    assertThatThrownBy(
            () -> serve().port(0).readTimeout(Duration.ofSeconds(Long.MIN_VALUE)).start())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("readTimeout is PT-2562047788015215H-30M-8S; allowed: ");
  }

  @Test
  void fileMayBeginWithAMarkAndMustBeUtf8(@TempDir Path folder) throws Exception {
    Path marked =
        Files.writeString(folder.resolve("marked"), "\ufeffport = 0\r\nacceptors = 3\r\n");
    try (var server = serve().from(marked).start()) {
      assertThat(server.server().info().acceptors()).isEqualTo(3);
    }
    Path latin = Files.writeString(folder.resolve("latin"), "name = \u00fc", ISO_8859_1);
    assertThatThrownBy(() -> serve().from(latin))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage(latin + " cannot be read: it is not UTF-8");
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> serve().from(Path.of("/no/such.properties")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("/no/such.properties cannot be read: ");
  }

  @Test
  void changeAppliesToTheRunningServer() throws Exception {
    try (var server = serve().port(0).option("suffix", "!").start();
        var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("one 1 a!");
      server.configure(changed -> changed.option("suffix", "?").maxConnections(5));
      assertThat(client.ask("b")).isEqualTo("one 2 b?");
      assertThat(server.server().info().maxConnections()).isEqualTo(5);
      server.configure(changed -> changed.unset("maxConnections"));
      assertThat(server.server().info().maxConnections()).isEqualTo(16_384);
      assertThat(client.ask("c")).isEqualTo("one 3 c?");
    }
  }

  @Test
  void wrongChangeChangesNothing() throws Exception {
    try (var server = serve().port(0).start();
        var taken = new java.net.ServerSocket(0)) {
      int port = server.port();
      assertThatThrownBy(() -> server.configure(changed -> changed.maxConnections(5).acceptors(-1)))
          .isInstanceOf(InvalidConfigurationException.class)
          .hasMessageContaining("acceptors is -1; allowed: ");
      assertThatThrownBy(
              () -> server.configure(changed -> changed.host("0.0.0.0").port(taken.getLocalPort())))
          .isInstanceOf(InvalidConfigurationException.class)
          .hasMessageContaining(":" + taken.getLocalPort());
      assertThat(server.server().info().maxConnections()).isEqualTo(16_384);
      assertThat(server.port()).isEqualTo(port);
      server.configure(changed -> changed.maxConnections(6));
      assertThat(server.server().info().maxConnections()).isEqualTo(6);
    }
  }

  @Test
  void addressesComeAndGoAndConnectionsStay(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("line.sock");
    try (var server = serve().port(0).start();
        var client = Client.of(server)) {
      client.ask("a");
      int port = server.port();
      server.configure(changed -> changed.unset("port").listen("127.0.0.1:0", "unix:" + path));
      assertThat(server.port()).isEqualTo(port);
      try (var other = new Client(UnixDomainSocketAddress.of(path))) {
        assertThat(other.ask("a")).isEqualTo("one 1 a");
        server.configure(changed -> changed.listen("unix:" + path));
        assertThat(server.addresses()).containsExactly(UnixDomainSocketAddress.of(path));
        assertThat(client.ask("b")).isEqualTo("one 2 b");
      }
    }
  }
}
