// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the site, found by following links: first the Markdown pages of the root and of
 * {@code docs}, then the files and folders that they link to. A link from page to page is rewritten
 * on the way.
 */
final class Pages {

  /** Names of decisions begin with it. */
  private static final Pattern NUMBER = Pattern.compile("0*(\\d+)-");

  private final Path root;
  private final Markdown markdown = new Markdown();

  /** By source. */
  private final Map<Path, Page> pages = new TreeMap<>();

  /** Files that go to the site as they are. */
  private final Collection<Path> copies = new TreeSet<>();

  private final Deque<Page> unread = new ArrayDeque<>();
  private final List<String> faults = new ArrayList<>();

  Pages(Path root) throws IOException {
    this.root = root;
    try (Stream<Path> top = Files.list(root);
        Stream<Path> docs = Files.walk(root.resolve("docs"))) {
      List<Path> found =
          Stream.concat(top, docs)
              .filter(file -> file.toString().endsWith(".md"))
              .sorted()
              .toList();
      for (Path file : found) {
        page(root.relativize(file));
      }
    }
    while (!unread.isEmpty()) {
      follow(unread.remove());
    }
    if (!faults.isEmpty()) {
      throw new BrokenPagesException(faults);
    }
  }

  Collection<Page> all() {
    return pages.values();
  }

  Collection<Path> copies() {
    return copies;
  }

  /** The page of a Markdown file, another file, or a folder. */
  Page page(Path source) throws IOException {
    Page page = pages.get(source);
    if (page == null) {
      Path file = root.resolve(source);
      String name = source.getFileName().toString();
      Element content;
      if (Files.isDirectory(file)) {
        content = markdown.article(list(source));
      } else if (name.endsWith(".md")) {
        content = markdown.article(Files.readString(file));
      } else {
        content = Markdown.listing(name, Files.readString(file));
      }
      page = new Page(source, address(source), Markdown.title(content, name), content);
      pages.put(source, page);
      unread.add(page);
    }
    return page;
  }

  /** A folder as a Markdown list of its files; pages with their numbers and titles. */
  private String list(Path folder) throws IOException {
    String name = folder.getFileName().toString();
    var text = new StringBuilder("# ");
    text.append(name.substring(0, 1).toUpperCase(Locale.ROOT)).append(name.substring(1));
    text.append("\n\n");
    try (Stream<Path> files = Files.list(root.resolve(folder))) {
      for (Path file : files.filter(Pages::isShown).sorted().toList()) {
        String link = file.getFileName().toString();
        text.append("- [")
            .append(label(root.relativize(file)))
            .append("](")
            .append(link)
            .append(")\n");
      }
    }
    return text.toString();
  }

  private static boolean isShown(Path file) {
    return Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".");
  }

  private String label(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (!name.endsWith(".md")) {
      return name;
    }
    Matcher number = NUMBER.matcher(name);
    return (number.lookingAt() ? number.group(1) + ": " : "") + page(file).title();
  }

  private Path address(Path source) {
    String name = source.getFileName().toString();
    if (Files.isDirectory(root.resolve(source))) {
      return source.resolve("index.html");
    }
    if (name.equals("README.md")) {
      return source.resolveSibling("index.html");
    }
    return source.resolveSibling(name.replaceFirst("\\.md$", "") + ".html");
  }

  private void follow(Page page) throws IOException {
    for (Element image : page.content().select("img[src]")) {
      Path file = target(page, image.attr("src"));
      if (file != null) {
        copies.add(file);
        // a drawing alone in its window can be made larger
        Element link = new Element("a").attr("href", image.attr("src"));
        image.replaceWith(link);
        link.appendChild(image);
      }
    }
    for (Element link : page.content().select("a[href]")) {
      String href = link.attr("href");
      if (href.startsWith("#") || href.matches("[a-z]+:.*")) {
        continue;
      }
      int anchor = href.contains("#") ? href.indexOf('#') : href.length();
      Path file = target(page, href.substring(0, anchor));
      if (file != null) {
        String to = link(page, file);
        link.attr("href", to + href.substring(anchor));
      }
    }
  }

  private String link(Page from, Path file) throws IOException {
    if (file.toString().endsWith(".svg") || !isText(root.resolve(file))) {
      copies.add(file);
      return from.linkTo(file);
    }
    return from.linkTo(page(file).address());
  }

  private static boolean isText(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      return true;
    }
    try {
      return !Files.readString(file).isEmpty();
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The file of the repository that a page names, relative to the root; null if there is none. */
  private @Nullable Path target(Page page, String name) {
    Path file = root.resolve(page.source()).resolveSibling(name).normalize();
    if (Files.isDirectory(root.resolve(page.source()))) {
      file = root.resolve(page.source()).resolve(name).normalize();
    }
    if (!file.startsWith(root) || !Files.exists(file)) {
      faults.add(page.source() + ": a link to " + name + ", which is not there");
      return null;
    }
    return root.relativize(file);
  }
}
