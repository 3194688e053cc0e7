// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

/** All files of the built site, Javadoc included. */
class LinksTest {

  private static final Pattern ELSEWHERE = Pattern.compile("(?:[a-z]+:|//).*");

  /** A file that a style sheet loads. */
  private static final Pattern LOADED = Pattern.compile("url\\(['\"]?([^'\")]+)['\"]?\\)");

  private final Map<Path, Set<String>> anchors = new HashMap<>();

  @Test
  void everyLinkLeadsToAFileAndEveryAnchorToAnElement() throws IOException {
    var dead = new ArrayList<String>();
    int links = 0;
    for (Path page : BuiltSite.pages()) {
      Document html = BuiltSite.parse(page);
      for (Element element : html.select("a[href], link[href], img[src], script[src]")) {
        String link = element.hasAttr("href") ? element.attr("href") : element.attr("src");
        if (!ELSEWHERE.matcher(link).matches()) {
          links++;
          if (!isAlive(page, link)) {
            dead.add(page + ": " + link);
          }
        }
      }
    }
    assertThat(links).as("links that were looked at").isGreaterThan(10_000);
    assertThat(dead).as("dead links").isEmpty();
  }

  private boolean isAlive(Path page, String link) {
    int hash = link.contains("#") ? link.indexOf('#') : link.length();
    String name = URLDecoder.decode(link.substring(0, hash), StandardCharsets.UTF_8);
    Path file = name.isEmpty() ? page : page.resolveSibling(name).normalize();
    if (!Files.isRegularFile(BuiltSite.ROOT.resolve(file))) {
      return false;
    }
    if (hash == link.length() || hash + 1 == link.length()) {
      return true;
    }
    String anchor = URLDecoder.decode(link.substring(hash + 1), StandardCharsets.UTF_8);
    return anchors.computeIfAbsent(file, LinksTest::ids).contains(anchor);
  }

  private static Set<String> ids(Path page) {
    return BuiltSite.parse(page).select("[id]").stream()
        .map(Element::id)
        .collect(Collectors.toSet());
  }

  @Test
  void nothingIsLoadedFromElsewhere() throws IOException {
    var loaded = new ArrayList<String>();
    for (Path page : BuiltSite.pages()) {
      for (Element element : BuiltSite.parse(page).select("link[href], [src]")) {
        String link = element.hasAttr("src") ? element.attr("src") : element.attr("href");
        if (ELSEWHERE.matcher(link).matches()) {
          loaded.add(page + ": " + link);
        }
      }
    }
    for (Path sheet : BuiltSite.files(".css")) {
      String text = Files.readString(BuiltSite.ROOT.resolve(sheet));
      for (String name : LOADED.matcher(text).results().map(found -> found.group(1)).toList()) {
        if (!name.startsWith("data:")
            && !Files.exists(BuiltSite.ROOT.resolve(sheet).resolveSibling(name))) {
          loaded.add(sheet + ": " + name);
        }
      }
    }
    assertThat(loaded).isEmpty();
  }

  @Test
  void everyPageHasATitleOfItsOwn() throws IOException {
    Map<String, List<Path>> titles =
        BuiltSite.pages().stream()
            .collect(Collectors.groupingBy(page -> BuiltSite.parse(page).title()));
    assertThat(titles).doesNotContainKey("");
    assertThat(titles.values().stream().flatMap(LinksTest::sharedByPages)).isEmpty();
  }

  private static Stream<List<Path>> sharedByPages(List<Path> pages) {
    return pages.size() > 1 && !BuiltSite.isJavadoc(pages.get(0)) ? Stream.of(pages) : Stream.of();
  }

  @Test
  void everyPageCanBeReachedFromTheFirst() throws IOException {
    Set<Path> reached = new java.util.TreeSet<>();
    var next = new java.util.ArrayDeque<Path>(List.of(Path.of("index.html")));
    while (!next.isEmpty()) {
      Path page = next.remove();
      if (reached.add(page)) {
        BuiltSite.parse(page).select("a[href]").stream()
            .map(link -> link.attr("href").replaceFirst("#.*", ""))
            .filter(link -> link.endsWith(".html") && !ELSEWHERE.matcher(link).matches())
            .map(link -> page.resolveSibling(link).normalize())
            .forEach(next::add);
      }
    }
    assertThat(BuiltSite.pages().stream().filter(page -> !BuiltSite.isJavadoc(page)).toList())
        .hasSizeGreaterThan(50)
        .isSubsetOf(reached);
  }
}
