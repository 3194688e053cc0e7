// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;

/** The site that this build has made, in {@code target/site}. */
final class BuiltSite {

  static final Path ROOT = Path.of("target", "site").toAbsolutePath();

  private BuiltSite() {}

  /** All HTML files, relative to the root. */
  static List<Path> pages() throws IOException {
    return files(".html");
  }

  static List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .map(ROOT::relativize)
          .sorted()
          .toList();
    }
  }

  static boolean isJavadoc(Path page) {
    return page.startsWith("apidocs");
  }

  static Document parse(Path page) {
    try {
      return Jsoup.parse(ROOT.resolve(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
