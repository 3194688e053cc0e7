// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/conformance.md against the sources of the tests it names. */
class ConformancePageTest {

  private static final Path ROOT = Path.of("..", "..");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z]\\d+) \\|.*\\| (.+) \\|$");

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/conformance.md"));
  }

  /** The text of all tests, by the names of their classes. */
  private static Map<String, String> tests() throws IOException {
    try (Stream<Path> modules = Files.walk(ROOT, 2)) {
      return modules
          .map(module -> module.resolve("src/test/java"))
          .filter(Files::isDirectory)
          .flatMap(ConformancePageTest::below)
          .filter(file -> file.toString().endsWith("Test.java"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  ConformancePageTest::text,
                  (one, other) -> one + other));
    }
  }

  private static Stream<Path> below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Map<String, String> tests = tests();
    List<String> missing = new ArrayList<>();
    TEST.matcher(page())
        .results()
        .forEach(
            named -> {
              String source = tests.getOrDefault(named.group(1), "");
              String method = named.group(2);
              if (source.isEmpty() || (method != null && !isTest(source, method))) {
                missing.add(named.group());
              }
            });
    assertThat(missing).isEmpty();
  }

  private static boolean isTest(String source, String method) {
    return Pattern.compile(
            "(?s)@(?:Test|ParameterizedTest)\\b(?:(?!\\bvoid\\b).)*\\bvoid " + method + "\\(")
        .matcher(source)
        .find();
  }

  @Test
  void everyRowIsThereInOrderAndHasATestOrIsOpen() throws IOException {
    List<String> rows = new ArrayList<>();
    ROW.matcher(page())
        .results()
        .forEach(
            row -> {
              rows.add(row.group(1));
              assertThat(row.group(2))
                  .as(row.group(1))
                  .containsPattern("Test\\.|the same|\\*open\\*");
            });
    assertThat(rows)
        .isEqualTo(
            Stream.of(
                    rows("A", 9),
                    rows("C", 6),
                    rows("L", 5),
                    rows("V", 18),
                    rows("K", 16),
                    rows("B", 14))
                .flatMap(each -> each)
                .toList());
  }

  private static Stream<String> rows(String letter, int last) {
    return IntStream.rangeClosed(1, last).mapToObj(number -> letter + number);
  }
}
