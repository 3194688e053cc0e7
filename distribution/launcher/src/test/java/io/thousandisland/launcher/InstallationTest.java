// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {

  @TempDir Path folder;
  private Path home;
  private Path base;

  @BeforeEach
  void folders() throws Exception {
    home = Files.createDirectory(folder.resolve("home"));
    base = Files.createDirectory(folder.resolve("base"));
  }

  private static Path logback(Path where) throws Exception {
    return Files.createFile(Files.createDirectory(where.resolve("conf")).resolve("logback.xml"));
  }

  private Properties completed(Map<String, String> given) {
    var options = new Properties();
    options.putAll(Map.of(Installation.PROGRAM, "ti", Installation.HOME, home.toString()));
    options.putAll(given);
    Installation.of(options).orElseThrow().complete(options);
    return options;
  }

  @Test
  void jarThatWasStartedByAnotherCommandHasNone() {
    assertThat(Installation.of(new Properties())).isEmpty();
  }

  @Test
  void foldersAndFilesAreThoseOfTheInstallation() throws Exception {
    assertThat(completed(Map.of()))
        .containsEntry("deploy", home.resolve("deploy").toString())
        .doesNotContainKey("logback.configurationFile");
    Path file = logback(home);
    assertThat(completed(Map.of())).containsEntry("logback.configurationFile", file.toString());
  }

  @Test
  void baseHasTheDeployFolderAndItsFilesComeBeforeThoseOfTheInstallation() throws Exception {
    Path ofTheInstallation = logback(home);
    Map<String, String> given = Map.of("base", base.toString());
    assertThat(completed(given))
        .containsEntry("deploy", base.resolve("deploy").toString())
        .containsEntry("logback.configurationFile", ofTheInstallation.toString());
    Path own = logback(base);
    assertThat(completed(given)).containsEntry("logback.configurationFile", own.toString());
  }

  @Test
  void optionsOfTheUserAreLeftAlone() throws Exception {
    logback(home);
    assertThat(completed(Map.of("deploy", "here", "logback.configurationFile", "mine.xml")))
        .containsEntry("deploy", "here")
        .containsEntry("logback.configurationFile", "mine.xml");
  }
}
