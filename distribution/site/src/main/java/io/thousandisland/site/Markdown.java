// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import java.util.List;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;

/** The dialect of the pages: CommonMark with tables, and the anchors that GitHub gives headings. */
final class Markdown {

  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), HeadingAnchorExtension.create());

  private final Parser parser = Parser.builder().extensions(EXTENSIONS).build();
  private final HtmlRenderer renderer = HtmlRenderer.builder().extensions(EXTENSIONS).build();

  /** The text as an {@code article}. Tables may be scrolled, headings link to themselves. */
  Element article(String text) {
    Element article = new Element("article");
    article.append(renderer.render(parser.parse(text)));
    for (Element table : article.select("table")) {
      table.wrap("<div class=\"table\"></div>");
    }
    for (Element heading : article.select("h2[id], h3[id], h4[id]")) {
      heading
          .appendElement("a")
          .addClass("anchor")
          .attr("href", "#" + heading.id())
          .attr("aria-label", "Link to this section")
          .text("#");
    }
    return article;
  }

  /** A file that is not Markdown, as it is. */
  static Element listing(String name, String text) {
    Element article = new Element("article");
    article.appendElement("h1").text(name);
    String language = name.endsWith(".java") ? "language-java" : "language-plaintext";
    article.appendElement("pre").appendElement("code").addClass(language).text(text);
    return article;
  }

  /** The plain text of the first heading. */
  static String title(Element article, String otherwise) {
    Element heading = article.selectFirst("h1");
    return heading == null ? otherwise : Jsoup.parse(heading.html()).text();
  }
}
