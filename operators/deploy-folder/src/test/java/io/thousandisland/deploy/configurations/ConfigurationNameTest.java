// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationNameTest {

  private static final Set<String> USED =
      Set.of(
          "io.thousandisland.server", "my-handler.Component", "my-handler", "org.example.Single");

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "org.example.Single.cfg,               org.example.Single",
        "io.thousandisland.server-echo.cfg,    io.thousandisland.server~echo",
        "io.thousandisland.server~echo.cfg,    io.thousandisland.server~echo",
        "io.thousandisland.server-echo.json,   io.thousandisland.server~echo",
        "io.thousandisland.server-echo.cfg.json, io.thousandisland.server~echo",
        "io.thousandisland.server-echo.config, io.thousandisland.server~echo",
        "io.thousandisland.server-echo.CFG,    io.thousandisland.server~echo",
        "io.thousandisland.server-a-b~c.cfg,   io.thousandisland.server-a-b~c",
        "io.thousandisland.server-a-b.cfg,     io.thousandisland.server~a-b",
        "\" io.thousandisland.server - echo.cfg \", io.thousandisland.server~echo",
        "io.thousandisland.server-größe {1}.cfg, io.thousandisland.server~größe {1}",
        "my-handler.Component.cfg,             my-handler.Component",
        "my-handler.Component-a.cfg,           my-handler.Component~a",
        "my-handler-a-b.cfg,                   my-handler~a-b",
        "nobody-knows-this.cfg,                nobody~knows-this",
        "io.thousandisland.server-.cfg,        io.thousandisland.server",
      })
  void nameSaysWhichConfiguration(String file, String pid) {
    assertThat(ConfigurationName.of(file, USED).wholePid()).isEqualTo(pid);
  }

  @Test
  void similarPidIsSuggestedAsTheNameOfAFile() {
    assertThat(suggestion("io.thousandisland.sever-echo.cfg"))
        .isEqualTo("io.thousandisland.server-echo.cfg");
    assertThat(suggestion("io.thousandisland.server.echo.cfg"))
        .isEqualTo("io.thousandisland.server-echo.cfg");
    assertThat(suggestion("io.thousandisland.server_echo.cfg"))
        .isEqualTo("io.thousandisland.server-echo.cfg");
    assertThat(suggestion("single.cfg")).isEqualTo("org.example.Single.cfg");
    assertThat(suggestion("com.acme.other.cfg")).isEqualTo("none");
  }

  private static String suggestion(String file) {
    return DidYouMean.file(ConfigurationName.of(file, USED), USED, ".cfg").orElse("none");
  }
}
