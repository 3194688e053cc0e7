// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The whole site. Its paths are those of the repository, so relative links stay as they are. */
final class Site {

  private static final List<String> OWN = List.of("site.css", "site.js", "icon.svg");

  private static final String WEBJARS = "/META-INF/resources/webjars/";

  /** The files of other projects that pages load, by their names in the site. */
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "lunr.js",
          "lunr/2.3.9/lunr.min.js",
          "highlight.js",
          "highlightjs/11.11.1/highlight.min.js");

  private final Path root;
  private final Path site;
  private final String version;

  Site(Path root, Path site, String version) {
    this.root = root.toAbsolutePath().normalize();
    this.site = site;
    this.version = version;
  }

  /**
   * Writes all files but the Javadoc, which is there.
   *
   * @return the number of pages
   */
  int build() throws IOException {
    var pages = new Pages(root);
    var contents = new Contents(pages.page(Contents.LIST), pages.all());
    var frame = new Frame(contents, version);
    var index = new SearchIndex();
    for (Page page : pages.all()) {
      write(page.address().toString(), frame.around(page));
      if (page.source().toString().endsWith(".md")) {
        index.add(page, contents.about(page));
      }
    }
    for (Path file : pages.copies()) {
      Path to = site.resolve(file);
      Files.createDirectories(to.getParent());
      Files.copy(root.resolve(file), to, StandardCopyOption.REPLACE_EXISTING);
    }
    dropFonts(site.resolve("apidocs"));
    index.addJavadoc(site);
    write("assets/search-texts.js", index.script());
    for (String name : OWN) {
      copy(name, name);
    }
    for (var library : LIBRARIES.entrySet()) {
      copy(WEBJARS + library.getValue(), library.getKey());
    }
    return pages.all().size();
  }

  /**
   * The style sheet of Javadoc imports fonts that some JDKs lack; ours names the reader's fonts.
   */
  private static void dropFonts(Path javadoc) throws IOException {
    try (Stream<Path> files = Files.walk(javadoc)) {
      for (Path sheet : files.filter(file -> file.endsWith("stylesheet.css")).toList()) {
        String text = Files.readString(sheet);
        Files.writeString(sheet, text.replaceAll("@import url\\([^)]*\\);", ""));
      }
    }
  }

  private void write(String name, String text) throws IOException {
    Path file = site.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void copy(String resource, String name) throws IOException {
    try (InputStream from = Site.class.getResourceAsStream(resource)) {
      if (from == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      Files.copy(from, site.resolve("assets").resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
