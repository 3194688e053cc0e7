// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small repositories become sites. */
class SiteTest {

  @TempDir Path root;
  @TempDir Path site;

  @BeforeEach
  void aRepository() throws IOException {
    write("README.md", "# Start\n\n[a page](docs/a.md#one--two) and [sources](src)\n");
    write("docs/README.md", "# All\n\n## First\n\n- [Start](../README.md)\n- [A](a.md): it\n");
    write("docs/a.md", "# A\n\n## One & two\n\n<b>\n\n| a | b |\n|---|---|\n| 1 | `<x>` |\n");
    write("src/Main.java", "class Main { int a = 1 < 2 ? 3 : 4; }\n");
    Files.createDirectories(site.resolve("apidocs/io"));
    Files.createDirectories(site.resolve("assets"));
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Document page(String name) throws IOException {
    return Jsoup.parse(site.resolve(name));
  }

  @Test
  void aLinkToAPageBecomesALinkToItsHtml() throws IOException {
    new Site(root, site, "1").build();
    assertThat(page("index.html").select("article a").eachAttr("href"))
        .containsExactly("docs/a.html#one--two", "src/index.html");
    assertThat(page("docs/a.html").getElementById("one--two")).isNotNull();
  }

  @Test
  void aFolderListsItsFilesAndAFileIsShown() throws IOException {
    new Site(root, site, "1").build();
    assertThat(page("src/index.html").select("article a").eachAttr("href"))
        .containsExactly("Main.java.html");
    assertThat(page("src/Main.java.html").select("pre").text()).contains("1 < 2");
  }

  @Test
  void aFolderShowsNoHiddenFileAndAFileThatIsNoTextIsCopied() throws IOException {
    write("src/.gitignore", "target\n");
    Files.write(root.resolve("src/app.jar"), new byte[] {'P', 'K', (byte) 0xff});
    new Site(root, site, "1").build();
    assertThat(page("src/index.html").select("article a").eachAttr("href"))
        .containsExactly("Main.java.html", "app.jar");
    assertThat(site.resolve("src/app.jar")).hasSize(3);
  }

  @Test
  void theNavigationHasThePagesOfTheListAndMarksThisOne() throws IOException {
    new Site(root, site, "1").build();
    assertThat(page("docs/a.html").select("nav.pages a").eachAttr("href"))
        .containsExactly("../index.html", "a.html");
    assertThat(page("docs/a.html").select("[aria-current]").eachText()).containsExactly("A");
  }

  @Test
  void theJavadocImportsNoFonts() throws IOException {
    Path sheet = site.resolve("apidocs/stylesheet.css");
    Files.writeString(sheet, "/* css */\n@import url('fonts/dejavu.css');\na { }\n");
    new Site(root, site, "1").build();
    assertThat(sheet).content().isEqualTo("/* css */\n\na { }\n");
  }

  @Test
  void aDeadLinkIsNamedWithItsPage() throws IOException {
    write("docs/a.md", "# A\n\n[b](b.md) and ![c](c.svg)\n");
    assertThatThrownBy(() -> new Site(root, site, "1").build())
        .isInstanceOf(BrokenPagesException.class)
        .hasMessageContaining("docs/a.md: a link to b.md, which is not there")
        .hasMessageContaining("docs/a.md: a link to c.svg, which is not there");
  }

  @Test
  void aPageThatIsNotListedIsNamed() throws IOException {
    write("docs/b.md", "# B\n");
    assertThatThrownBy(() -> new Site(root, site, "1").build())
        .isInstanceOf(BrokenPagesException.class)
        .hasMessage("docs/b.md is missing in docs/README.md: add a line to a list there");
  }

  @Test
  void linksThatLeaveTheRepositoryAreDead() throws IOException {
    write("docs/a.md", "# A\n\n[b](../../../etc/passwd)\n");
    assertThatThrownBy(() -> new Site(root, site, "1").build())
        .hasMessageContaining("docs/a.md: a link to ../../../etc/passwd, which is not there");
  }
}
