// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page on plain Java shows the program that the tests of that way in build and run. */
class PlainJavaPageTest {

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path SOURCES = ROOT.resolve("outside/plain-java/src/main/java");
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<groupId>io.thousandisland</groupId>\\s*<artifactId>([a-z.]+)</artifactId>\\s*<version>");

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/plain-java.md"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ShoutHandler", "Main"})
  void pageShowsTheClass(String name) throws IOException {
    String source = Files.readString(SOURCES.resolve("org/example/plain/" + name + ".java"));
    assertThat(page()).contains("```java\n" + source + "```");
  }

  @Test
  void pageNamesTheJarsThatTheProjectNeeds() throws IOException {
    String pom = Files.readString(ROOT.resolve("outside/plain-java/pom.xml"));
    var onThePage = DEPENDENCY.matcher(page()).results().map(found -> found.group(1)).toList();
    var needed = DEPENDENCY.matcher(pom).results().map(found -> found.group(1)).toList();
    assertThat(onThePage).hasSize(2).isEqualTo(needed);
  }

  @Test
  void pageShowsTheModule() throws IOException {
    String module =
        Files.readString(ROOT.resolve("outside/plain-modules/src/main/java/module-info.java"));
    assertThat(page()).contains(module.substring(module.indexOf("module ")));
  }
}
