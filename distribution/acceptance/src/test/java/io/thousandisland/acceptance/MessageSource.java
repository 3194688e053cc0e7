// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A source file of the server, and the texts in it. In a text, {@code …} stands for the parts that
 * are filled in at run time.
 */
record MessageSource(String name, String code, List<String> texts) {

  /** A text of fewer letters is too short to be recognised by. */
  private static final int RECOGNISABLE = 8;

  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
  private static final Pattern JOINED = Pattern.compile("(?<!\\\\)\"\\s*\\+\\s*\"");
  private static final Pattern COMPLETED = Pattern.compile("%[-+0-9.]*[a-zA-Z]|\\{}");

  /** The main sources of all modules below {@code root}. */
  static List<MessageSource> all(Path root) throws IOException {
    try (Stream<Path> modules = Files.walk(root, 2)) {
      return modules
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .flatMap(MessageSource::below)
          .toList();
    }
  }

  private static Stream<MessageSource> below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(MessageSource::read)
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MessageSource read(Path file) {
    try {
      String code = JOINED.matcher(Files.readString(file)).replaceAll("");
      String name = file.getFileName().toString().replace(".java", "");
      return new MessageSource(name, code, texts(code).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** True when the texts of this file have all of {@code parts}. */
  boolean says(List<String> parts) {
    return parts.stream().allMatch(part -> texts.stream().anyMatch(text -> text.contains(part)));
  }

  private static Stream<String> texts(String code) {
    return LITERAL
        .matcher(code)
        .results()
        .map(literal -> literal.group(1).replace("\\\"", "\"").replace("\\\\", "\\"))
        .map(text -> COMPLETED.matcher(text).replaceAll("…"));
  }

  /** The longest part of the texts in {@code code} that is the same each time. */
  static Optional<String> longestPart(String code) {
    return texts(code)
        .flatMap(text -> parts(text).stream())
        .filter(part -> part.chars().filter(Character::isLetter).count() >= RECOGNISABLE)
        .max(Comparator.comparing(String::length));
  }

  /** The parts of {@code text} that are the same each time. */
  static List<String> parts(String text) {
    return Stream.of(text.split("…"))
        .map(String::strip)
        .filter(part -> part.chars().anyMatch(Character::isLetter))
        .toList();
  }
}
