// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The pages of the examples show code of the examples: each block {@code java} is a part of a
 * source file, except for whole classes, which {@link PageExamplesTest} compiles.
 */
class ExamplePagesTest {

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  private static final Pattern PART = Pattern.compile("(?s)\n```java\n(?!package )(.*?\n)```");

  @ParameterizedTest
  @CsvSource({"chat, chat chat-rooms, 9", "smtp, smtp, 3"})
  void everyPartThatAPageShowsIsCodeOfTheExample(String page, String modules, int least)
      throws IOException {
    List<String> parts =
        PART.matcher(Files.readString(ROOT.resolve("docs").resolve(page + ".md")))
            .results()
            .map(part -> part.group(1))
            .toList();
    assertThat(parts).as("the parts on the page").hasSizeGreaterThanOrEqualTo(least);
    String sources =
        Stream.of(modules.split(" ")).map(ExamplePagesTest::sources).collect(Collectors.joining());
    assertThat(parts).allSatisfy(part -> assertThat(sources).contains(part));
  }

  private static String sources(String module) {
    try (Stream<Path> files = Files.walk(ROOT.resolve("examples").resolve(module).resolve("src"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(ExamplePagesTest::text)
          .collect(Collectors.joining());
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
}
