// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** The page of the Web Console, asked as a browser does. */
@Timeout(120)
class WebConsoleTest {

  private static final String NAME = "<script>stolen</script>";

  @InjectBundleContext static BundleContext context;

  private static WebConsole console;
  private static ConfiguredServer server;

  @BeforeAll
  static void open() throws Exception {
    console = new WebConsole(context);
    server = new ConfiguredServer(context, NAME, Map.of("handler.target", "(handler.name=echo)"));
    server.port();
    Awaitility.await("the page").until(() -> console.get("thousandisland").statusCode() == 200);
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
    console.close();
  }

  @Test
  void pageIsOneOfTheConsole() throws Exception {
    HttpResponse<String> page = console.get("thousandisland");
    assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
    assertThat(page.body())
        .contains("<title>", "Thousand Island</title>", "<div id=\"thousandisland\">")
        .contains("/system/console/thousandisland/res/thousandisland.css")
        .contains("/system/console/thousandisland/res/thousandisland.js")
        .doesNotContain("stolen");
    assertThat(page.body().replaceAll("http://felix\\.apache\\.org|http://www\\.w3\\.org", ""))
        .as("nothing comes from elsewhere, besides the console's own link")
        .doesNotContain("src=\"http", "src='http", "src=\"//");
  }

  @Test
  void scriptAndStyleAreThereAndNoOtherFileIs() throws Exception {
    HttpResponse<String> script = console.get("thousandisland/res/thousandisland.js");
    assertThat(script.statusCode()).isEqualTo(200);
    assertThat(script.headers().firstValue("Content-Type").orElse("")).contains("javascript");
    assertThat(console.get("thousandisland/res/thousandisland.css").body()).contains(".ti-status");
    for (String other : new String[] {"res/", "res/../META-INF/MANIFEST.MF", "res/none.js", ".."}) {
      assertThat(console.get("thousandisland/" + other).body())
          .as(other)
          .doesNotContain("Manifest-Version", "ti-status");
    }
  }

  @Test
  void reportIsJsonThatNobodyKeeps() throws Exception {
    HttpResponse<String> report = console.get("thousandisland/servers.json");
    assertThat(report.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    assertThat(report.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(report.headers().allValues("Cache-Control")).contains("no-store");
    try (var reader = Json.createReader(new StringReader(report.body()))) {
      JsonObject first = reader.readObject().getJsonArray("servers").getJsonObject(0);
      assertThat(first.getString("name")).isEqualTo(NAME);
    }
  }

  @Test
  void nothingIsShownWithoutALogin() throws Exception {
    for (String path :
        new String[] {
          "thousandisland", "thousandisland/servers.json", "thousandisland/res/thousandisland.js"
        }) {
      assertThat(console.ask("GET", path, "").statusCode()).as(path).isEqualTo(401);
    }
  }

  @Test
  void nothingCanBeChanged() throws Exception {
    for (String method : new String[] {"POST", "PUT", "DELETE"}) {
      for (String path : new String[] {"thousandisland", "thousandisland/servers.json"}) {
        assertThat(console.ask(method, path).statusCode()).as(method + " " + path).isEqualTo(405);
      }
    }
  }

  @Test
  void inventoryPageOfTheConsoleShowsNamesAsText() throws Exception {
    String page = console.get("status-thousandisland").body();
    assertThat(page).contains("&lt;script&gt;stolen&lt;/script&gt;").doesNotContain(NAME);
    assertThat(console.get("status-thousandisland.txt").body()).contains("- name: " + NAME);
    assertThat(console.get("status-thousandisland.json").body()).contains("\"form\": 1");
  }

  @Test
  void pageLeavesWithItsBundleAndComesBack() throws Exception {
    Bundle page = Bundles.named(context, "io.thousandisland.webconsole");
    page.stop();
    assertThat(console.get("thousandisland").statusCode()).isEqualTo(404);
    page.start();
    Awaitility.await("the page")
        .until(() -> console.get("thousandisland").statusCode(), status -> status == 200);
  }
}
