// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages for people: README, CONTRIBUTING, CHANGELOG, and the pages under docs. */
class PagesTest {

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  /** A link {@code [text](target#anchor)}, except for addresses of other sites. */
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?![a-z]+:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");

  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  private static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  @Test
  void everyLinkLeadsToAFileAndEveryAnchorToAHeading() throws IOException {
    var dead = new ArrayList<String>();
    int links = 0;
    for (Path page : pages()) {
      for (Matcher link = LINK.matcher(withoutCode(page)); link.find(); links++) {
        Path target =
            link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
        boolean found =
            Files.exists(target)
                && (link.group(2) == null || anchors(target).contains(link.group(2)));
        if (!found) {
          dead.add(ROOT.relativize(page) + " " + link.group());
        }
      }
    }
    assertThat(links).as("links that were looked at").isGreaterThan(50);
    assertThat(dead).as("dead links").isEmpty();
  }

  private static String withoutCode(Path page) throws IOException {
    return Files.readString(page).replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "x");
  }

  /** The anchors that GitHub makes of the headings. */
  private static Set<String> anchors(Path page) {
    try {
      String text = Files.readString(page).replaceAll("(?s)```.*?```", "");
      return HEADING
          .matcher(text)
          .results()
          .map(heading -> heading.group(1).replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1"))
          .map(heading -> heading.toLowerCase(Locale.ROOT).strip())
          .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
