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
import org.junit.jupiter.api.Test;

/**
 * The page of the example chat shows code of the example: each block {@code java} is a part of a
 * source file, except for the whole class, which {@link PageExamplesTest} compiles.
 */
class ChatPageTest {

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  private static final Pattern PART = Pattern.compile("(?s)\n```java\n(?!package )(.*?\n)```");

  @Test
  void everyPartThatThePageShowsIsCodeOfTheExample() throws IOException {
    List<String> parts =
        PART.matcher(Files.readString(ROOT.resolve("docs").resolve("chat.md")))
            .results()
            .map(part -> part.group(1))
            .toList();
    assertThat(parts).as("the parts on the page").hasSizeGreaterThan(8);
    String sources = sources("chat") + sources("chat-rooms");
    assertThat(parts).allSatisfy(part -> assertThat(sources).contains(part));
  }

  private static String sources(String module) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("examples").resolve(module).resolve("src"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(ChatPageTest::text)
          .collect(Collectors.joining());
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
