// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** The surroundings of every page: head, navigation, contents of the page, the next page. */
final class Frame {

  private static final String NAME = "Thousand Island for OSGi";

  private final String template;
  private final Contents contents;

  Frame(Contents contents, String version) throws IOException {
    this.contents = contents;
    try (InputStream file = requireNonNull(Frame.class.getResourceAsStream("frame.html"))) {
      template =
          new String(file.readAllBytes(), StandardCharsets.UTF_8).replace("${version}", version);
    }
  }

  /** The whole HTML of a page. */
  String around(Page page) {
    Document html = Jsoup.parse(template);
    html.outputSettings().prettyPrint(false);
    html.title(page.title().equals(NAME) ? NAME : page.title() + " · " + NAME);
    // in the template addresses begin at the root of the site
    for (String attribute : List.of("href", "src", "data-root")) {
      for (Element element : html.select("[" + attribute + "^=/]")) {
        Path file = Path.of(element.attr(attribute).substring(1));
        element.attr(attribute, page.linkTo(file));
      }
    }
    part(html, "main > article").replaceWith(page.content().clone());
    fillNavigation(part(html, "nav.pages"), page);
    fillHeadings(part(html, "nav.headings"), page);
    fillNeighbours(part(html, "nav.neighbours"), page);
    return html.outerHtml();
  }

  private static Element part(Document html, String query) {
    return requireNonNull(html.selectFirst(query), query);
  }

  private void fillNavigation(Element navigation, Page page) {
    for (Contents.Section section : contents.sections()) {
      navigation.appendElement("h2").text(section.title());
      Element list = navigation.appendElement("ul");
      for (Contents.Entry entry : section.entries()) {
        Element link = link(list.appendElement("li"), page, entry);
        if (entry.address().equals(page.address())) {
          link.attr("aria-current", "page");
        }
      }
    }
  }

  private static Element link(Element parent, Page page, Contents.Entry entry) {
    return parent.appendElement("a").attr("href", page.linkTo(entry.address())).text(entry.label());
  }

  private static void fillHeadings(Element navigation, Page page) {
    List<Element> headings = page.content().select("h2[id]");
    if (headings.size() < 2) {
      navigation.remove();
      return;
    }
    Element list = navigation.appendElement("ul");
    for (Element heading : headings) {
      list.appendElement("li")
          .appendElement("a")
          .attr("href", "#" + heading.id())
          .text(text(heading));
    }
  }

  /** The text of a heading without its link to itself. */
  static String text(Element heading) {
    Element copy = heading.clone();
    copy.select("a.anchor").remove();
    return copy.text();
  }

  private void fillNeighbours(Element navigation, Page page) {
    List<Contents.Entry> entries = contents.entries();
    List<Path> addresses = entries.stream().map(Contents.Entry::address).toList();
    int here = addresses.indexOf(page.address());
    if (here > 0) {
      link(navigation, page, entries.get(here - 1)).attr("rel", "prev");
    }
    if (here >= 0 && here + 1 < entries.size()) {
      link(navigation, page, entries.get(here + 1)).attr("rel", "next");
    }
  }
}
