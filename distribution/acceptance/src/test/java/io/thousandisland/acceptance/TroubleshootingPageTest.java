// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/troubleshooting.md against the messages in the sources. */
class TroubleshootingPageTest {

  private static final Path ROOT = Path.of("..", "..");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| [^|]+ \\|$");

  /** A call that warns a person, up to the end of its statement. */
  private static final Pattern WARNING =
      Pattern.compile(
          "(?s)(?:\\.(?:warn|error|trouble|notStarted)\\(|unreadable =)(?:[^;\"]|\"(?:[^\"\\\\]|\\\\.)*\")*;");

  private static final Pattern GRAVE =
      Pattern.compile("case TelemetryEvent\\.(\\w+) e ->[^;]*Level\\.(?:WARN|ERROR)");

  private static List<String> messages() throws IOException {
    return ROW.matcher(Files.readString(ROOT.resolve("docs/troubleshooting.md")))
        .results()
        .map(row -> row.group(1))
        .toList();
  }

  @Test
  void everyMessageOfThePageIsInTheSources() throws IOException {
    List<MessageSource> sources = MessageSource.all(ROOT);
    assertThat(messages()).hasSizeGreaterThan(50);
    assertThat(messages())
        .filteredOn(
            message ->
                sources.stream().noneMatch(source -> source.says(MessageSource.parts(message))))
        .as("messages that no source has")
        .isEmpty();
  }

  @Test
  void everyWarningOfTheSourcesIsOnThePage() throws IOException {
    String page = String.join("\n", messages());
    List<String> missing = new ArrayList<>();
    int warnings = 0;
    for (MessageSource source : MessageSource.all(ROOT)) {
      for (Matcher each = WARNING.matcher(source.code()); each.find(); ) {
        String part = MessageSource.longestPart(each.group()).orElse("");
        warnings++;
        if (!page.contains(part)) {
          missing.add(source.name() + ": " + part);
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(warnings).isGreaterThan(20);
  }

  @Test
  void everyEventThatIsLoggedAsAWarningIsOnThePage() throws IOException {
    String page = String.join("\n", messages());
    String levels = source("Levels");
    String sentences = source("Sentences");
    List<String> missing = new ArrayList<>();
    int events = 0;
    for (Matcher each = GRAVE.matcher(levels); each.find(); ) {
      String event = each.group(1);
      if (event.equals("StatusChanged")) {
        continue; // the line says only the status and its reason
      }
      String part = MessageSource.longestPart(sentence(sentences, event)).orElse("");
      events++;
      if (!page.contains(part)) {
        missing.add(event + ": " + part);
      }
    }
    assertThat(missing).isEmpty();
    assertThat(events).isGreaterThan(10);
  }

  private static String source(String name) throws IOException {
    return MessageSource.all(ROOT).stream()
        .filter(source -> source.name().equals(name))
        .findFirst()
        .orElseThrow()
        .code();
  }

  /** The code that makes the sentence of an event, in a method of its own if need be. */
  private static String sentence(String sentences, String event) {
    int start = sentences.indexOf("case TelemetryEvent." + event + " e ->");
    assertThat(start).as(event).isNotNegative();
    String code = sentences.substring(start, sentences.indexOf(";", start));
    Matcher method = Pattern.compile("-> (\\w+)\\(e\\)").matcher(code);
    if (!method.find()) {
      return code;
    }
    int body = sentences.indexOf("String " + method.group(1) + "(");
    return sentences.substring(body, sentences.indexOf("\n  }\n", body));
  }
}
