// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The packages {@code io.thousandisland.runtime.*} are exported by no bundle: few modules may use
 * them.
 */
class InternalsTest {

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  /** The runtime itself, the module that embeds it, its models and its benchmarks. */
  private static final Set<String> MAY_USE =
      Set.of("runtime", "embedded", "measure/stress", "measure/benchmarks");

  private static final String IMPORT = "import io.thousandisland.runtime.";

  private static List<Path> usersOfInternals() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(ROOT::relativize)
          .filter(file -> Stream.of("target", ".git").noneMatch(file.toString()::startsWith))
          .filter(file -> !file.toString().contains("/target/"))
          .filter(InternalsTest::usesInternals)
          .toList();
    }
  }

  private static boolean usesInternals(Path file) {
    try (Stream<String> lines = Files.lines(ROOT.resolve(file))) {
      return lines.anyMatch(line -> line.startsWith(IMPORT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void onlyTheRuntimeAndWhatBelongsToItImportItsPackages() throws IOException {
    List<Path> users = usersOfInternals();
    assertThat(users).as("found none at all: the test looks in the wrong place").isNotEmpty();
    assertThat(users).filteredOn(file -> MAY_USE.stream().noneMatch(file::startsWith)).isEmpty();
  }
}
