// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page docs/own-framework.md: bundles to install, files to write, lines to type. */
final class OwnFrameworkPage {

  private static final Pattern COORDINATES =
      Pattern.compile("(?<![\\w.])([a-z][\\w.]*):([a-z][\\w.-]*):([0-9][\\w.-]*)");

  private final String text;

  private OwnFrameworkPage(String text) {
    this.text = text;
  }

  static OwnFrameworkPage read() throws IOException {
    return new OwnFrameworkPage(Files.readString(Path.of("..", "..", "docs", "own-framework.md")));
  }

  /** The list with which a framework serves a port. */
  List<Artifact> bundles() {
    return artifacts(block("The bundles", 0));
  }

  List<Artifact> log() {
    return artifacts(block("A log", 0));
  }

  /** The bundles of the last table, for all frameworks. */
  List<Artifact> more() {
    return artifacts(section("More bundles"));
  }

  String configurationName() {
    return found("`etc/([^`]+\\.cfg)`", section("The configuration"));
  }

  String configuration() {
    return block("The configuration", 0);
  }

  /** The framework itself. */
  Artifact starter(Framework framework) {
    return artifacts(section(title(framework))).getFirst();
  }

  /** The name that the jar of the framework gets. */
  String starterName(Framework framework) {
    return found("^(\\S+\\.jar) ", block(title(framework), 0));
  }

  /** The name of the file with the settings of the framework. */
  String settingsName(Framework framework) {
    return found("(?m)^(conf/\\S+) ", block(title(framework), 0));
  }

  String settings(Framework framework) {
    return block(title(framework), 1);
  }

  /** The arguments of {@code java} on the line that starts the framework. */
  List<String> arguments(Framework framework) {
    return List.of(found("^java (.*)\n", block(title(framework), 2)).split(" "));
  }

  /** The activator that stops Equinox before the process ends. */
  String activator() {
    return found("(?s)```java\n(.*?)```", section(title(Framework.EQUINOX)));
  }

  private static String title(Framework framework) {
    return switch (framework) {
      case FELIX -> "Felix";
      case EQUINOX -> "Equinox";
    };
  }

  private String section(String title) {
    return found("(?s)\n## " + Pattern.quote(title) + "\n(.*?)(?=\n## |\\z)", text);
  }

  /** One of the blocks of a section that have no language. */
  private String block(String title, int number) {
    return Pattern.compile("(?ms)^```\n(.*?)^```$|^```\\w+\n.*?^```$")
        .matcher(section(title))
        .results()
        .filter(block -> block.group(1) != null)
        .skip(number)
        .findFirst()
        .orElseThrow(() -> new AssertionError(title + " has no block " + number))
        .group(1);
  }

  private static List<Artifact> artifacts(String in) {
    return COORDINATES
        .matcher(in)
        .results()
        .map(found -> new Artifact(found.group(1), found.group(2), found.group(3)))
        .toList();
  }

  private static String found(String regex, String in) {
    Matcher matcher = Pattern.compile(regex).matcher(in);
    if (!matcher.find()) {
      throw new AssertionError("docs/own-framework.md: nothing matches " + regex);
    }
    return matcher.group(1);
  }
}
