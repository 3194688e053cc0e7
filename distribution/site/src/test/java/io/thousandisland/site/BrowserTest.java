// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The built site in Chromium. {@code inspector.html} opens every page, at the width of a desktop
 * and of a phone, and posts its findings to this test, which is the web server, too.
 */
class BrowserTest {

  private static final String WORD = "whenHandlerLeaves";

  @TempDir static Path home;

  private static HttpServer server;
  private static JsonObject findings;
  private static List<String> console;
  private static final ConcurrentLinkedQueue<String> missing = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void inspect() throws Exception {
    var posted = new CompletableFuture<JsonObject>();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var files = SimpleFileServer.createFileHandler(BuiltSite.ROOT);
    server.createContext(
        "/",
        exchange -> {
          files.handle(exchange);
          if (exchange.getResponseCode() >= 400) {
            missing.add(exchange.getRequestURI().toString());
          }
        });
    server.createContext("/inspector.html", exchange -> answer(exchange, inspector()));
    server.createContext("/task.json", exchange -> answer(exchange, task()));
    server.createContext(
        "/findings",
        exchange -> {
          try (var reader = Json.createReader(exchange.getRequestBody())) {
            posted.complete(reader.readObject());
          }
          answer(exchange, new byte[0]);
        });
    server.start();
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/inspector.html";
    // with a port for debuggers it stays until it is ended
    try (var chromium =
        new Chromium(home, List.of("--remote-debugging-port=0", address), Redirect.DISCARD)) {
      findings = posted.get(300, TimeUnit.SECONDS);
      console = chromium.console();
    }
    assertThat(findings).doesNotContainKey("error");
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  private static byte[] inspector() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(BrowserTest.class.getResourceAsStream("inspector.html"))) {
      return file.readAllBytes();
    }
  }

  /** All pages, and of the Javadoc the descriptions of packages and types. */
  private static byte[] task() throws IOException {
    var pages = Json.createArrayBuilder();
    for (Path page : BuiltSite.pages()) {
      if (!BuiltSite.isJavadoc(page) || !page.toString().contains("class-use")) {
        pages.add(page.toString());
      }
    }
    return Json.createObjectBuilder()
        .add("pages", pages)
        .add("searchOn", "docs/decisions/index.html")
        .add("words", Json.createArrayBuilder(List.of(WORD, "SocketRef", "certificate", "xyzzyx")))
        .build()
        .toString()
        .getBytes();
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static List<JsonObject> pages() {
    return findings.getJsonArray("pages").getValuesAs(JsonObject.class);
  }

  @Test
  void noPageIsWiderThanTheWindowOfADesktopOrAPhone() {
    var wide = new ArrayList<String>();
    for (JsonObject page : pages()) {
      for (String width : List.of("at1280", "at360")) {
        if (page.get(width) != JsonValue.NULL) {
          wide.add(page.getString("address") + " " + width + ": " + page.getString(width));
        }
      }
    }
    assertThat(pages()).hasSizeGreaterThan(100);
    assertThat(wide).isEmpty();
  }

  @Test
  void noScriptFailsAndNoFileIsMissing() {
    assertThat(console).isEmpty();
    assertThat(missing).isEmpty();
  }

  @Test
  void aSearchFindsTheKeyOfAConfiguration() {
    assertThat(addresses(WORD)).anyMatch(address -> address.contains("/docs/hot-swap.html#"));
    assertThat(addresses(WORD)).anyMatch(address -> address.contains("/docs/configuration.html"));
  }

  @Test
  void aSearchFindsATypeOfTheApiFirst() {
    assertThat(addresses("SocketRef")).first().asString().endsWith("/handler/SocketRef.html");
  }

  @Test
  void aSearchFindsAPageByItsSubject() {
    assertThat(addresses("certificate").subList(0, 5))
        .anyMatch(address -> address.contains("/docs/tls.html"));
  }

  @Test
  void aSearchForNonsenseFindsNothing() {
    assertThat(addresses("xyzzyx")).isEmpty();
  }

  private static List<String> addresses(String word) {
    return findings
        .getJsonObject("searches")
        .getJsonArray(word)
        .getValuesAs(JsonObject.class)
        .stream()
        .map(found -> found.getString("address"))
        .toList();
  }

  @Test
  void theMenuOfAPhoneOpens() {
    assertThat(findings.getBoolean("menuOpens")).isTrue();
  }

  @Test
  void theSearchWorksWithoutAServer(@TempDir Path folder) throws Exception {
    Path page = folder.resolve("search.html");
    Files.writeString(
        page,
        """
        <iframe src="%s"></iframe>
        <script>
        const frame = document.querySelector('iframe');
        frame.onload = () => {
          const field = frame.contentDocument.getElementById('search');
          field.value = '%s';
          field.dispatchEvent(new Event('input'));
          const results = frame.contentDocument.getElementById('results');
          new MutationObserver(() => document.body.append(results)).observe(results, {childList: true});
        };
        </script>
        """
            .formatted(BuiltSite.ROOT.resolve("docs/tls.html").toUri(), WORD));
    // the page may look into the frame
    Document html = render(folder, page, "--allow-file-access-from-files");
    assertThat(html.select("#results a")).isNotEmpty();
    assertThat(html.select("#results mark").eachText()).contains(WORD);
  }

  @Test
  void aDarkBrowserGetsADarkPage(@TempDir Path folder) throws Exception {
    Path page = folder.resolve("dark.html");
    Files.writeString(
        page,
        """
        <iframe src="%s"></iframe><p></p>
        <script>
        const frame = document.querySelector('iframe');
        frame.onload = () => document.querySelector('p').textContent =
            getComputedStyle(frame.contentDocument.body).backgroundColor;
        </script>
        """
            .formatted(BuiltSite.ROOT.resolve("index.html").toUri()));
    String access = "--allow-file-access-from-files";
    assertThat(render(folder, page, access).select("p").text()).isEqualTo("rgb(255, 255, 255)");
    String dark = "--blink-settings=preferredColorScheme=0";
    assertThat(render(folder, page, access, dark).select("p").text()).isEqualTo("rgb(21, 25, 29)");
  }

  private static Document render(Path folder, Path page, String... options) throws Exception {
    Path dump = folder.resolve("dump.html");
    var arguments = new ArrayList<String>(List.of(options));
    // time runs as fast as the page can
    arguments.addAll(List.of("--virtual-time-budget=20000", "--dump-dom", page.toUri().toString()));
    try (var chromium = new Chromium(folder, arguments, Redirect.to(dump.toFile()))) {
      chromium.join();
    }
    return Jsoup.parse(dump);
  }
}
