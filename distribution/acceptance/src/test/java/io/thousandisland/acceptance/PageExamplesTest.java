// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Java examples of the pages: each whole class compiles. A whole class is a block {@code java}
 * that begins with a package. Other blocks are fragments, or code for other libraries.
 */
class PageExamplesTest {

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  private static final Pattern CLASS = Pattern.compile("(?s)\n```java\n(package .*?)\n```");

  private static final Pattern PACKAGE = Pattern.compile("^package ([a-z.]+);");

  private static final Pattern NAME =
      Pattern.compile("(?m)^(?:public )?(?:final )?(?:class|interface|record|enum) ([A-Za-z]+)");

  @TempDir Path classes;

  /** The pages with at least one whole class. */
  static List<Path> pages() throws IOException {
    var found = new ArrayList<Path>(List.of(Path.of("README.md")));
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.map(ROOT::relativize)
          .filter(page -> page.toString().endsWith(".md"))
          .forEach(found::add);
    }
    found.removeIf(page -> !CLASS.matcher(text(page)).find());
    assertThat(found)
        .contains(Path.of("docs", "coming-from.md"), Path.of("docs", "configure-and-log.md"));
    return found;
  }

  /** The classes of one page may use each other. */
  @ParameterizedTest
  @MethodSource("pages")
  void wholeClassesCompile(Path page) throws Exception {
    var said = new StringWriter();
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(said, null, null, options(), null, sources(page))
            .call();
    assertThat(compiled).as("%s:%n%s", page, said).isTrue();
  }

  /** The options with which the pages tell authors of handlers to compile. */
  private List<String> options() throws Exception {
    return List.of(
        "--release",
        Readme.read().pom().release(),
        "-proc:none",
        "-d",
        classes.toString(),
        "-classpath",
        System.getProperty("java.class.path"));
  }

  private static List<Source> sources(Path page) {
    String text = text(page);
    return CLASS.matcher(text).results().map(block -> Source.of(page, text, block)).toList();
  }

  private static String text(Path page) {
    try {
      return Files.readString(ROOT.resolve(page));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String found(Pattern pattern, String code) {
    Matcher matcher = pattern.matcher(code);
    assertThat(matcher.find()).as("%s in%n%s", pattern, code).isTrue();
    return matcher.group(1);
  }

  /** A block of a page. Its lines have the numbers that they have in the page. */
  private static final class Source extends SimpleJavaFileObject {
    private final String code;

    private Source(URI name, String code) {
      super(name, JavaFileObject.Kind.SOURCE);
      this.code = code;
    }

    static Source of(Path page, String text, MatchResult block) {
      String code = block.group(1);
      String folder = found(PACKAGE, code).replace('.', '/');
      long above = text.substring(0, block.start(1)).lines().count();
      return new Source(
          URI.create("page:///%s/%s/%s.java".formatted(page, folder, found(NAME, code))),
          "\n".repeat((int) above) + code);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return code;
    }
  }
}
