// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page docs/web-console.md: bundles to copy, files to write, options to start with. */
final class WebConsolePage {

  private static final Path PAGE = Path.of("..", "..", "docs", "web-console.md");

  private static final Pattern COORDINATES =
      Pattern.compile("(?m)^([a-z][\\w.-]*):([a-z][\\w.-]*):([0-9][\\w.-]*)$");

  private final String text;

  private WebConsolePage(String text) {
    this.text = text;
  }

  static WebConsolePage read() throws IOException {
    return new WebConsolePage(Files.readString(PAGE));
  }

  /** The bundles that the page needs, besides those of a ready-made server. */
  List<Artifact> bundles() {
    return COORDINATES
        .matcher(text)
        .results()
        .map(found -> new Artifact(found.group(1), found.group(2), found.group(3)))
        .toList();
  }

  /**
   * The file of options, for another port.
   *
   * @param http the port
   */
  String options(int http) {
    return found("(?m)^(-Dorg\\.osgi\\.service\\.http\\.port=[^`]*)")
        .group(1)
        .replace("8080", "" + http);
  }

  String user() {
    return found("\n-Dfelix\\.webconsole\\.username=(\\S+)\n").group(1);
  }

  String password() {
    return found("\n-Dfelix\\.webconsole\\.password=(\\S+)\n").group(1);
  }

  private MatchResult found(String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    if (!matcher.find()) {
      throw new AssertionError(PAGE + ": nothing matches " + regex);
    }
    return matcher.toMatchResult();
  }
}
