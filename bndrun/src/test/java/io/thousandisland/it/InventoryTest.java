// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Status;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.felix.inventory.Format;
import org.apache.felix.inventory.InventoryPrinter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.test.common.annotation.InjectBundleContext;

/** The inventory printer, among the bundles of a framework. */
@Timeout(120)
class InventoryTest {

  @InjectBundleContext BundleContext context;

  @TempDir private Path folder;

  private ServiceReference<InventoryPrinter> reference() throws Exception {
    return context
        .getServiceReferences(
            InventoryPrinter.class, "(" + InventoryPrinter.NAME + "=thousandisland)")
        .iterator()
        .next();
  }

  private String printed(Format format) throws Exception {
    var text = new StringWriter();
    var out = new PrintWriter(text);
    context.getService(reference()).print(out, format, false);
    out.flush();
    return text.toString();
  }

  private JsonObject server(String name) throws Exception {
    try (var reader = Json.createReader(new StringReader(printed(Format.JSON)))) {
      return reader.readObject().getJsonArray("servers").stream()
          .map(JsonValue::asJsonObject)
          .filter(server -> server.getString("name").equals(name))
          .findFirst()
          .orElse(JsonValue.EMPTY_JSON_OBJECT);
    }
  }

  @Test
  void printerSaysWhichFormatsItHas() throws Exception {
    assertThat((String[]) reference().getProperty(InventoryPrinter.FORMAT))
        .containsExactly("TEXT", "JSON");
    assertThat(reference().getProperty(InventoryPrinter.TITLE)).isEqualTo("Thousand Island");
  }

  @Test
  void serverComesAndGoesInTheReportWithItsSettings() throws Exception {
    try (var server =
            new ConfiguredServer(
                context,
                "listed",
                Map.of("handler.target", "(handler.name=echo)", "option.password", "hush"));
        var client = server.connect()) {
      client.send("x");
      assertThat(client.reply(1)).isEqualTo("x");
      JsonObject listed = server("listed");
      assertThat(listed.getString("handler")).isEqualTo("echo");
      assertThat(listed.getInt("connections")).isEqualTo(1);
      assertThat(listed.getJsonArray("settings").getJsonObject(0).keySet())
          .containsExactly("key", "value", "standard");
      assertThat(printed(Format.TEXT))
          .contains("- name: listed\n", "key option.password, value \"\", standard false")
          .doesNotContain("hush");
    }
    assertThat(server("listed")).isEmpty();
    assertThat(printed(Format.TEXT)).doesNotContain("listed");
  }

  @Test
  void drainThatIsOverIsShownWithItsOutcome() throws Exception {
    try (var server =
            new ConfiguredServer(
                context, "drained", Map.of("handler.target", "(handler.name=echo)"));
        var client = server.connect()) {
      client.send("x");
      assertThat(client.reply(1)).isEqualTo("x");
      server.server().drain().result().get();
      server.await(Status.SUSPENDED);
      JsonObject over =
          Awaitility.await()
              .until(() -> server("drained").getJsonArray("endedDrains"), all -> !all.isEmpty())
              .getJsonObject(0);
      assertThat(over.getString("what")).isEqualTo("server");
      assertThat(over.getInt("graceful")).isEqualTo(1);
    }
  }

  @Test
  void certificateTellsWhenItExpires() throws Exception {
    Path store = ConfiguredTls.store(folder.resolve("shown.p12"), "shown");
    try (var tls = new ConfiguredTls(context, ConfiguredTls.files(store, folder));
        var server =
            new ConfiguredServer(
                context,
                "certified",
                Map.of(
                    "transport.target", tls.target(), "handler.target", "(handler.name=echo)"))) {
      server.await(Status.RUNNING);
      assertThat(Instant.parse(server("certified").getString("expires")))
          .isBetween(
              Instant.now().plus(Duration.ofDays(29)), Instant.now().plus(Duration.ofDays(31)));
    }
  }
}
