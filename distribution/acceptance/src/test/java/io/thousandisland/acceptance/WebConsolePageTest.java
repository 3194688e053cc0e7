// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The page of the Web Console in Chromium, about a ready-made server that got the bundles and files
 * of docs/web-console.md: with connections, a drain under way and certificates.
 *
 * <p>{@code -Dscreenshot=FILE} writes the picture of the page to a file, see that page.
 */
@Timeout(300)
class WebConsolePageTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String HTML = "<b>old</b><script>window.stolen = 1</script>";

  @TempDir Path home;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T closing(T opens) {
    opened.add(opens);
    return opens;
  }

  // ---- the server

  private static void write(Path folder, String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  /** A key store with a certificate that the JDK's own tool has made. */
  private static void certify(Path store, int days) throws Exception {
    Process made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "own",
                "-dname",
                "CN=mail.example.org",
                "-validity",
                "" + days,
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(made.getInputStream().readAllBytes());
    assertThat(made.waitFor(60, TimeUnit.SECONDS) && made.exitValue() == 0).as(said).isTrue();
  }

  /** A server of some name, on a free port, which echoes. */
  private static void serve(Path folder, String file, String name, String... settings)
      throws IOException {
    write(folder, "io.thousandisland.server-" + file + ".cfg", settings);
    Files.writeString(
        folder.resolve("io.thousandisland.server-" + file + ".cfg"),
        "name = " + name + "\nport = 0\nhandler.target = (handler.name=echo)\n",
        StandardOpenOption.APPEND);
  }

  private ServerProcess start(Framework framework, WebConsolePage page, int http) throws Exception {
    Path options = Files.writeString(home.resolve("web.options"), page.options(http));
    Launch launch = Launch.of(framework, home).with("@" + options, "-Dshell=0");
    Path folder = Files.createDirectories(launch.deploy());
    for (Artifact bundle : page.bundles()) {
      Files.copy(
          bundle.file(), folder.resolve(bundle.fileName()), StandardCopyOption.REPLACE_EXISTING);
    }
    return closing(launch.start());
  }

  private static int portOf(ServerProcess server, String name) throws InterruptedException {
    return server.port(Pattern.quote(name));
  }

  private Client talk(int port) throws IOException {
    Client client = closing(new Client(port));
    assertThat(client.ask("hello")).isEqualTo("hello");
    return client;
  }

  /** Everything that the page has something to say about. */
  private ServerProcess busy(Framework framework, WebConsolePage page, int http) throws Exception {
    certify(home.resolve("mail.p12"), 10);
    write(home, "passwords", "changeit");
    Path folder = Files.createDirectories(home.resolve("deploy"));
    write(
        folder,
        "io.thousandisland.tls-mail.cfg",
        "transport.name = tls",
        "certificate = " + home.resolve("mail.p12"),
        "passwordFile = " + home.resolve("passwords"));
    serve(folder, "mail", "mail", "transport.target = (transport.name=tls)");
    serve(folder, "old", HTML, "readyDelay = 1h", "maxConnectionsPerAddress = 2");
    serve(folder, "spare", "spare", "host = 192.0.2.1"); // an address that is not ours
    ServerProcess server = start(framework, page, http);
    int old = portOf(server, HTML);
    portOf(server, "mail");
    for (int i = 0; i < 3; i++) {
      talk(server.port("echo"));
    }
    talk(old);
    talk(old);
    assertThat(closing(new Client(old)).seesEnd()).as("refused").isTrue();
    int shell = Integer.parseInt(server.awaitLog("^shell listens on 127.0.0.1:([0-9]+)").group(1));
    Client operator = closing(new Client(shell));
    operator.send("ti:drainAddress echo 192.0.2.7\n");
    assertThat(operator.line() + operator.line()).contains("0 migrated, 0 graceful");
    operator.send("ti:drain '" + HTML + "'\n"); // for an hour
    assertThat(operator.line()).startsWith("draining server " + HTML);
    return server;
  }

  private Browser browser(WebConsolePage page) throws Exception {
    Optional<Path> program = Browser.program();
    assumeTrue(program.isPresent(), "there is no Chromium: see .ci/chromium");
    Browser browser =
        closing(new Browser(program.get(), Files.createDirectories(home.resolve("browser"))));
    browser.logIn(page.user(), page.password());
    return browser;
  }

  /** The status of the answer; 0 while nobody listens there. */
  private static int status(String address, String user, String password) throws Exception {
    String login = Base64.getEncoder().encodeToString((user + ":" + password).getBytes());
    var request =
        HttpRequest.newBuilder(URI.create(address)).header("Authorization", "Basic " + login);
    try (var client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    } catch (ConnectException early) {
      return 0;
    }
  }

  private static void awaitText(Browser browser, String text) {
    Awaitility.await(text)
        .atMost(PATIENCE)
        .ignoreExceptions() // while the page is loaded
        .until(
            () -> browser.value("document.getElementById('thousandisland').innerText"),
            shown -> shown.contains(text));
  }

  /** The text in a column of the server's row. */
  private static String cell(Browser browser, String server, String head) throws Exception {
    return browser.value(
        "[...document.querySelectorAll('.ti-all > tbody > tr')].find(row =>"
            + " row.querySelector('.ti-toggle')?.innerText"
            + " === '%s').querySelector('[data-head=\"%s\"]').innerText".formatted(server, head));
  }

  // ---- the page

  @ParameterizedTest
  @EnumSource
  void browserShowsServersDrainsAndCertificates(Framework framework) throws Exception {
    WebConsolePage page = WebConsolePage.read();
    Browser browser = browser(page);
    int http = Ports.free();
    ServerProcess server = busy(framework, page, http);
    server.awaitLog("deploy: io\\.thousandisland\\.webconsole.* is installed and started");
    String base = "http://127.0.0.1:" + http + "/";
    browser.size(1280, 1000, false);
    String address = base + "system/console/thousandisland";
    Awaitility.await("the console may be there a moment later than its bundles")
        .atMost(PATIENCE)
        .until(() -> status(address, page.user(), page.password()) == 200);
    assertThat(status(address, "admin", "admin"))
        .as("the login that everybody knows")
        .isEqualTo(401);
    browser.open(address);
    awaitText(browser, "4 servers, 5 connections at ");

    assertThat(cell(browser, "echo", "Status")).isEqualTo("RUNNING");
    assertThat(cell(browser, "echo", "Address")).isEqualTo("127.0.0.1:" + server.port("echo"));
    assertThat(cell(browser, "echo", "Handler generations")).matches("1\\* echo [\\w.]+ \\(3\\)");
    assertThat(cell(browser, "echo", "Connections")).isEqualTo("3 / 16,384");
    assertThat(cell(browser, "echo", "Certificate")).isEqualTo("–");
    assertThat(cell(browser, "mail", "Certificate")).isEqualTo("9 days left");
    assertThat(cell(browser, "spare", "Status")).isEqualTo("FAILED");
    assertThat(cell(browser, HTML, "Status")).isEqualTo("DRAINING");
    assertThat(cell(browser, HTML, "Drains")).startsWith("server: LAME_DUCK, 2 left, 0 ended, ");
    assertThat(browser.value("document.body.innerText")).contains("cannot listen at 192.0.2.1");
    assertThat(browser.value("window.stolen")).as("HTML in a name").isEqualTo("undefined");

    refreshKeepsTheNodesAndTheSelection(browser, server);
    detailsAreShownOnAClick(browser);
    nothingIsWiderThanTheScreen(browser);
    assertThat(browser.asked()).allMatch(url -> url.startsWith(base) || url.startsWith("data:"));
    assertThat(browser.errors()).isEmpty();
    server.saidNoStackTrace();

    stoppedServerIsNoticed(browser, server);
  }

  private void refreshKeepsTheNodesAndTheSelection(Browser browser, ServerProcess server)
      throws Exception {
    browser.value("window.kept = [...document.querySelectorAll('#thousandisland tr')]");
    browser.value("getSelection().selectAllChildren(document.querySelector('.ti-toggle'))");
    browser.value("document.querySelector('.ti-toggle').focus()");
    talk(server.port("echo"));
    awaitText(browser, "4 / 16,384");
    assertThat(browser.value("kept.every(row => row.isConnected)")).isEqualTo("true");
    assertThat(browser.value("document.activeElement.className")).isEqualTo("ti-toggle");
    assertThat(browser.value("getSelection().toString().length > 0")).isEqualTo("true");
  }

  private static void detailsAreShownOnAClick(Browser browser) throws Exception {
    String text = "document.getElementById('thousandisland').innerText";
    assertThat(browser.value(text)).doesNotContain("Oldest connections");
    for (String server : new String[] {"echo", "mail", HTML}) {
      browser.value(
          "[...document.querySelectorAll('.ti-toggle')].find(one => one.innerText === '%s').click()"
              .formatted(server));
    }
    assertThat(browser.value(text))
        .contains("Oldest connections", "127.0.0.1:")
        .contains("Drains that ended last", "address 192.0.2.7")
        .contains("certificate 1", "CN=mail.example.org", "until ")
        .contains("Refused", "maxConnectionsPerAddress")
        .contains("readyDelay");
    for (String server : new String[] {"echo", HTML}) { // mail stays open, for the picture
      browser.value(
          "[...document.querySelectorAll('.ti-toggle')].find(one => one.innerText === '%s').click()"
              .formatted(server));
    }
    assertThat(browser.value(text)).doesNotContain("address 192.0.2.7").contains("certificate 1");
  }

  private void nothingIsWiderThanTheScreen(Browser browser) throws Exception {
    browser.value("getSelection().empty()");
    browser.value("document.activeElement.blur()");
    picture(browser, "");
    for (int width : new int[] {1280, 760, 390, 320}) {
      browser.size(width, 844, width < 760);
      assertThat(browser.value("innerWidth")).as("the width of the page").isEqualTo("" + width);
      assertThat(browser.value("document.documentElement.scrollWidth <= innerWidth"))
          .as("no scroll bar at %s", width)
          .isEqualTo("true");
    }
    browser.size(390, 844, true);
    assertThat(cell(browser, "echo", "Status")).isEqualTo("RUNNING");
    picture(browser, "-phone");
    browser.size(1280, 1000, false);
  }

  private static void picture(Browser browser, String which) throws Exception {
    String file = System.getProperty("screenshot", "");
    if (!file.isEmpty()) {
      browser.screenshot(Path.of(file.replaceFirst("\\.png$", which + ".png")));
    }
  }

  private static void stoppedServerIsNoticed(Browser browser, ServerProcess server)
      throws Exception {
    server.close();
    awaitText(browser, "No answer (");
    assertThat(browser.value("document.getElementById('thousandisland').className"))
        .isEqualTo("ti-stale");
    assertThat(browser.value("document.querySelector('.ti-servers').innerText"))
        .as("the last facts stay")
        .contains("mail");
  }
}
