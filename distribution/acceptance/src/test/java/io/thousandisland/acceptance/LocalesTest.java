// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Locales with digits, a calendar, a decimal point or a letter "i" of their own. */
class LocalesTest {

  @TempDir Path home;

  static Stream<Arguments> everywhere() {
    return Arrays.stream(Framework.values())
        .flatMap(
            framework ->
                Stream.of("ar-EG", "tr-TR", "th-TH-u-ca-buddhist", "de", "hi-IN-u-nu-deva")
                    .map(tag -> Arguments.of(framework, tag)));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void serverRunsAndWritesTheDigitsOfAProgram(Framework framework, String tag) throws Exception {
    try (var server = Launch.of(framework, home).with(options(tag)).start()) {
      try (var client = new Client(server.port("echo"))) {
        assertThat(client.ask("hello")).isEqualTo("hello");
        server.signal("TERM");
        assertThat(client.seesEnd()).isTrue();
      }
      assertThat(server.exit(Duration.ofSeconds(30))).isEqualTo(128 + 15);
      server.awaitLog("server drained: 0 migrated, 1 graceful, 0 forced, in [0-9]+m?s$");
      server.saidNoStackTrace();
      assertThat(server.out().all())
          .allMatch(line -> StandardCharsets.US_ASCII.newEncoder().canEncode(line));
    }
  }

  private static String[] options(String tag) {
    Locale locale = Locale.forLanguageTag(tag);
    int extensions = tag.indexOf("u-");
    return new String[] {
      "-Duser.language=" + locale.getLanguage(),
      "-Duser.country=" + locale.getCountry(),
      "-Duser.extensions=" + (extensions < 0 ? "" : tag.substring(extensions))
    };
  }
}
