// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * The texts that the search looks through: one for each section of a page, and one for each type of
 * the api. A script, so that a browser can load it from a file, too.
 */
final class SearchIndex {

  private final JsonArrayBuilder texts = Json.createArrayBuilder();

  /**
   * Adds a page, heading by heading.
   *
   * @param about more words by which its beginning is found
   */
  void add(Page page, String about) {
    String words = about;
    String heading = "";
    String anchor = "";
    var text = new StringBuilder();
    for (Element element : page.content().children()) {
      if (element.normalName().matches("h[23]")) {
        add(page.address() + anchor, page.title(), heading, words, text.toString());
        words = "";
        text.setLength(0);
        heading = Frame.text(element);
        anchor = "#" + element.id();
      } else if (!element.normalName().equals("h1")) {
        text.append(element.text()).append(' ');
      }
    }
    add(page.address() + anchor, page.title(), heading, words, text.toString());
  }

  /** Adds the pages of packages and types that are in the folder {@code apidocs} of the site. */
  void addJavadoc(Path site) throws IOException {
    try (Stream<Path> found = Files.walk(site.resolve("apidocs/io"))) {
      List<Path> files = found.filter(file -> file.toString().endsWith(".html")).sorted().toList();
      for (Path file : files) {
        String name = file.getFileName().toString();
        boolean isUse = file.toString().contains("class-use");
        if (name.equals("package-summary.html")
            || (Character.isUpperCase(name.charAt(0)) && !isUse)) {
          addJavadoc(site, file);
        }
      }
    }
  }

  private void addJavadoc(Path site, Path file) throws IOException {
    Document html = Jsoup.parse(file);
    Element main = html.selectFirst("main");
    if (main == null) {
      throw new BrokenPagesException(List.of(file + " has no <main>: is it Javadoc?"));
    }
    // "Interface Handler<S>" is found as Handler
    String title = html.select("h1").text().replaceFirst("^[a-zA-Z ]+ (?=\\S+$)", "");
    main.select("h1, nav, .summary, .copy, .inheritance").remove();
    String address = site.relativize(file).toString().replace('\\', '/');
    add(address, "API", title, "", main.text());
  }

  private void add(String address, String page, String heading, String about, String text) {
    texts.add(
        Json.createObjectBuilder()
            .add("address", address.replace('\\', '/'))
            .add("page", page)
            .add("heading", heading)
            .add("about", about)
            .add("text", text.strip()));
  }

  /** The script. */
  String script() {
    return "window.searchTexts = " + texts.build() + ";\n";
  }
}
