// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jsoup.nodes.Element;

/**
 * The navigation: the sections and pages in the order of {@code docs/README.md}. There a section is
 * a heading of the second level, and a page is the first link of an item of a list.
 */
final class Contents {

  /** The page that lists the others. */
  static final Path LIST = Path.of("docs", "README.md");

  /** A heading and its pages. */
  record Section(String title, List<Entry> entries) {}

  /**
   * A page in the list.
   *
   * @param label the text of its link
   * @param address the file of the site, relative to its root
   * @param about the words beside the link
   */
  record Entry(String label, Path address, String about) {}

  private final List<Section> sections = new ArrayList<>();

  /**
   * @param list the page that lists the others, its links already rewritten
   * @throws BrokenPagesException if it does not list each page of the root and of {@code docs}
   */
  Contents(Page list, Collection<Page> pages) {
    Path folder = list.address().resolveSibling("");
    for (Element element : list.content().select("h2, li")) {
      Element link = element.selectFirst("a[href]");
      if (element.normalName().equals("h2")) {
        sections.add(new Section(element.ownText(), new ArrayList<>()));
      } else if (link != null && !sections.isEmpty()) {
        Path address = folder.resolve(link.attr("href")).normalize();
        sections
            .get(sections.size() - 1)
            .entries()
            .add(new Entry(link.text(), address, element.ownText()));
      }
    }
    List<String> missing =
        pages.stream()
            .filter(page -> isListed(page) && !addresses().contains(page.address()))
            .map(page -> page.source() + " is missing in " + LIST + ": add a line to a list there")
            .toList();
    if (!missing.isEmpty()) {
      throw new BrokenPagesException(missing);
    }
  }

  /** Decisions have a list of their own, and files that are only linked to have none. */
  private static boolean isListed(Page page) {
    Path folder = page.source().getParent();
    return page.source().toString().endsWith(".md")
        && !page.source().equals(LIST)
        && (folder == null || folder.equals(Path.of("docs")));
  }

  private Set<Path> addresses() {
    var addresses = new HashSet<Path>();
    sections.forEach(section -> section.entries().forEach(entry -> addresses.add(entry.address())));
    return addresses;
  }

  List<Section> sections() {
    return sections;
  }

  /** The words beside the link to a page; empty for a page that is not listed. */
  String about(Page page) {
    return entries().stream()
        .filter(entry -> entry.address().equals(page.address()))
        .map(Entry::about)
        .findFirst()
        .orElse("");
  }

  /** All entries, in the order of reading. */
  List<Entry> entries() {
    return sections.stream().flatMap(section -> section.entries().stream()).toList();
  }
}
