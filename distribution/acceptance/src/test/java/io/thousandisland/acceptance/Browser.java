// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Chromium without a window, with one tab, steered by the DevTools protocol.
 *
 * <p>Thread: one at a time; events come on threads of the HTTP client.
 */
final class Browser implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final String session;

  private final AtomicInteger commands = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();

  /** The addresses that the tab has asked for. */
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** The errors of scripts, and the warnings of the browser. */
  private final List<String> errors = new CopyOnWriteArrayList<>();

  /** The program that the variable TEST_CHROMIUM names, or one of this machine. */
  static Optional<Path> program() {
    Stream<Path> named = Stream.ofNullable(System.getenv("TEST_CHROMIUM")).map(Path::of);
    Stream<Path> installed =
        Stream.of(System.getenv("PATH").split(":"))
            .flatMap(
                folder ->
                    Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)));
    return Stream.concat(named, installed)
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * @param home an empty folder for its files
   */
  Browser(Path program, Path home) throws Exception {
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox", // tests may run as root
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--user-data-dir=" + home,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    String address =
        Lines.of(process.getErrorStream())
            .await("^DevTools listening on (ws://\\S+)", PATIENCE)
            .group(1);
    socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create(address), new Listener())
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    String target =
        send("", "Target.createTarget", Json.createObjectBuilder().add("url", "about:blank"))
            .getString("targetId");
    session =
        send(
                "",
                "Target.attachToTarget",
                Json.createObjectBuilder().add("targetId", target).add("flatten", true))
            .getString("sessionId");
    send("Network.enable");
    send("Runtime.enable");
    send("Page.enable");
  }

  /** Puts together the parts of a message. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        heard(parse(message.toString()));
        message.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  private static JsonObject parse(String text) {
    try (var reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    }
  }

  private void heard(JsonObject message) {
    if (message.containsKey("id")) {
      CompletableFuture<JsonObject> answer =
          Objects.requireNonNull(answers.remove(message.getInt("id")));
      if (message.containsKey("error")) {
        answer.completeExceptionally(new IllegalStateException(message.toString()));
      } else {
        answer.complete(message.getJsonObject("result"));
      }
      return;
    }
    JsonObject facts = message.getJsonObject("params");
    switch (message.getString("method")) {
      case "Network.requestWillBeSent" ->
          asked.add(facts.getJsonObject("request").getString("url"));
      case "Runtime.exceptionThrown" -> errors.add(facts.toString());
      default -> {}
    }
  }

  private JsonObject send(String method) throws Exception {
    return send(session, method, Json.createObjectBuilder());
  }

  private JsonObject send(String method, JsonObjectBuilder facts) throws Exception {
    return send(session, method, facts);
  }

  private JsonObject send(String to, String method, JsonObjectBuilder facts) throws Exception {
    int id = commands.incrementAndGet();
    JsonObjectBuilder message =
        Json.createObjectBuilder().add("id", id).add("method", method).add("params", facts);
    if (!to.isEmpty()) {
      message.add("sessionId", to);
    }
    var answer = new CompletableFuture<JsonObject>();
    answers.put(id, answer);
    socket.sendText(message.build().toString(), true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Logs in with every request from now on. */
  void logIn(String user, String password) throws Exception {
    String login = Base64.getEncoder().encodeToString((user + ":" + password).getBytes());
    send(
        "Network.setExtraHTTPHeaders",
        Json.createObjectBuilder()
            .add("headers", Json.createObjectBuilder().add("Authorization", "Basic " + login)));
  }

  /** The size of the screen, in CSS pixels. */
  void size(int width, int height, boolean phone) throws Exception {
    send(
        "Emulation.setDeviceMetricsOverride",
        Json.createObjectBuilder()
            .add("width", width)
            .add("height", height)
            .add("deviceScaleFactor", 1)
            .add("mobile", phone));
  }

  void open(String address) throws Exception {
    send("Page.navigate", Json.createObjectBuilder().add("url", address));
  }

  /** The value of a JavaScript expression, as text. */
  String value(String expression) throws Exception {
    JsonObject result =
        send(
            "Runtime.evaluate",
            Json.createObjectBuilder()
                .add("expression", "String(" + expression + ")")
                .add("awaitPromise", true)
                .add("returnByValue", true));
    if (result.containsKey("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result);
    }
    return result.getJsonObject("result").getString("value");
  }

  /** Writes the picture of the screen to a PNG file. */
  void screenshot(Path file) throws Exception {
    JsonObject shot =
        send("Page.captureScreenshot", Json.createObjectBuilder().add("format", "png"));
    Files.write(file, Base64.getDecoder().decode(shot.getString("data")));
  }

  List<String> asked() {
    return new ArrayList<>(asked);
  }

  List<String> errors() {
    return new ArrayList<>(errors);
  }

  @Override
  public void close() throws IOException {
    socket.abort();
    http.shutdownNow();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}
