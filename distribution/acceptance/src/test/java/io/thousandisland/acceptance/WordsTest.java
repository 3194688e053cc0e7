// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The words of all comments and pages. It rejects the patterns that make people read twice. */
class WordsTest {

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  /** Longer lines are allowed in tables and code, and where a link makes them so. */
  private static final int COLUMNS = 100;

  private enum Fault {
    OLD_WORD("(?i)\\b(?:reckon\\w*|bettered|anew|for ever|lest|hitherto|dear)\\b"),
    FOR_AS_A_CONJUNCTION(
        ", for (?:it|they|he|she|we|there|nothing|nobody|none|this|these|then|otherwise)\\b"),
    NO_NOUN_BEFORE_WHO("\\b(?:by|of|to|from|with|than) who(?:ever)?\\b"),
    NO_NOUN_AT_THE_BEGINNING("\\A(?:Who|Whoever|Whatever|What|Those)\\b(?![^.]*\\?)");

    private final Pattern pattern;

    Fault(String pattern) {
      this.pattern = Pattern.compile(pattern);
    }

    Stream<String> in(String text) {
      return pattern
          .matcher(text)
          .results()
          .map(found -> this + ": " + text.substring(found.start(), end(found, text)));
    }

    private static int end(MatchResult found, String text) {
      return Math.min(text.length(), found.end() + 60);
    }
  }

  /** A string, so that a comment sign in it begins no comment; or a comment, in a group. */
  private static final Pattern STRING_OR_COMMENT =
      Pattern.compile(
          "(?s)\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'"
              + "|(/\\*.*?\\*/|(?://[^\\n]*(?:\\n\\s*(?=//))?)+)");

  private static final Pattern CODE = Pattern.compile("(?s)(?m)^ *```.*?^ *```$");

  private static List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .map(ROOT::relativize)
          .filter(file -> !file.startsWith("target") && !file.startsWith(".git"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }

  private static List<String> comments(String source) {
    return STRING_OR_COMMENT
        .matcher(source)
        .results()
        .map(found -> found.group(1))
        .filter(comment -> comment != null)
        .map(comment -> comment.replaceAll("\\s*\\n\\s*(?:\\*(?!/)|//)?\\s*", " "))
        .map(comment -> comment.replaceFirst("\\A(?:/\\*+|//+)\\s*", ""))
        .toList();
  }

  /** Paragraphs, and items of lists. */
  private static List<String> paragraphs(String page) {
    String prose = CODE.matcher(page).replaceAll("");
    return Stream.of(prose.split("\\n\\s*\\n|\\n(?=\\s*(?:[-*|#]|\\d+\\.) ?)"))
        .filter(part -> !part.stripLeading().startsWith("#"))
        .map(part -> part.strip().replaceFirst("\\A(?:[-*]|\\d+\\.)\\s+", ""))
        .map(part -> part.replaceAll("\\s*\\n\\s*", " "))
        .toList();
  }

  private static Stream<String> faults(Path file, List<String> texts) {
    return texts.stream()
        .flatMap(text -> Stream.of(Fault.values()).flatMap(fault -> fault.in(text)))
        .map(fault -> file + " " + fault);
  }

  @Test
  void commentsAreWrittenInPlainWords() throws IOException {
    List<Path> sources = files(".java");
    assertThat(sources).as("the test looks in the wrong place").hasSizeGreaterThan(400);
    var faults = new ArrayList<String>();
    for (Path source : sources) {
      faults(source, comments(Files.readString(ROOT.resolve(source)))).forEach(faults::add);
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void pagesAreWrittenInPlainWords() throws IOException {
    List<Path> pages = files(".md");
    assertThat(pages).as("the test looks in the wrong place").hasSizeGreaterThan(30);
    var faults = new ArrayList<String>();
    for (Path page : pages) {
      faults(page, paragraphs(Files.readString(ROOT.resolve(page)))).forEach(faults::add);
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void linesOfPagesHaveAtMostHundredColumns() throws IOException {
    var tooLong = new ArrayList<String>();
    for (Path page : files(".md")) {
      CODE.matcher(Files.readString(ROOT.resolve(page)))
          .replaceAll("")
          .lines()
          .filter(line -> line.length() > COLUMNS)
          .filter(line -> !line.stripLeading().startsWith("|") && !line.contains("]("))
          .forEach(line -> tooLong.add(page + " " + line));
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void eachPatternFindsItsFault() {
    assertThat(Fault.OLD_WORD.in("it is never reckoned anew")).hasSize(2);
    assertThat(Fault.FOR_AS_A_CONJUNCTION.in("It waits, for it has no thread.")).hasSize(1);
    assertThat(Fault.FOR_AS_A_CONJUNCTION.in("It waits, for the server, one second.")).isEmpty();
    assertThat(Fault.NO_NOUN_BEFORE_WHO.in("kept by who asks")).hasSize(1);
    assertThat(Fault.NO_NOUN_AT_THE_BEGINNING.in("What happens then.")).hasSize(1);
    assertThat(Fault.NO_NOUN_AT_THE_BEGINNING.in("What is a drain?")).isEmpty();
    assertThat(comments("int a; // one\n// two\nString b = \"// no\"; /** Three\n * four. */"))
        .containsExactly("one two", "Three four. */");
  }
}
