// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.deploy.watch.MalformedFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationFormTest {

  @TempDir Path home;

  private static Content read(String end, String text) throws Exception {
    return ConfigurationForm.of("x" + end).read(text).understood();
  }

  @Test
  void plainFormTakesValuesAsTheyAreWritten() throws Exception {
    Content content =
        read(
            ".cfg",
            """
            # a comment
            port = 7777 \s
            handler.target: (&(handler.name=a,b)(x={y}))
            motto Grüße, {alle}
            list = a, b, \\
                   c
            """);

    assertThat(content.values())
        .containsEntry("port", "7777")
        .containsEntry("handler.target", "(&(handler.name=a,b)(x={y}))")
        .containsEntry("motto", "Grüße, {alle}")
        .containsEntry("list", "a, b, c")
        .hasSize(4);
    assertThat(content.remarks()).isEmpty();
  }

  @Test
  void plainFormRemarksWhatWasProbablyMeant() throws Exception {
    assertThat(read(".cfg", "port = ${port}\n").remarks())
        .containsExactly(
            "port contains ${port}, which is not replaced; a framework or system property is written as"
                + " $[prop:port]");
    assertThat(read(".cfg", "file = C:\\data\n# C:\\data\n").remarks())
        .containsExactly(
            "the backslash of \\d is dropped in a .cfg file; write \\\\ for a backslash");
    assertThat(read(".cfg", "file = C:\\\\data\n").remarks()).isEmpty();
    assertThat(read(".cfg", "port = 1\nPort = 2\n").remarks())
        .containsExactly("Port is given twice; the last one counts");
  }

  @Test
  void rankingIsANumberInEveryForm() throws Exception {
    for (String text :
        new String[] {
          ".cfg:service.ranking = 7",
          ".config:service.ranking=\"7\"",
          ".json:{\"service.ranking\": 7}",
          ".json:{\"service.ranking\": \"7\"}"
        }) {
      int colon = text.indexOf(':');
      assertThat(read(text.substring(0, colon), text.substring(colon + 1)).values())
          .as(text)
          .containsEntry("service.ranking", 7);
    }
  }

  @Test
  void rankingThatIsNoNumberIsRemarked() throws Exception {
    assertThat(read(".cfg", "service.ranking = high").remarks())
        .containsExactly(
            "service.ranking is high, which counts as 0; allowed are whole numbers, as in"
                + " service.ranking = 10");
  }

  @Test
  void typedAndJsonFormsHaveTypes() throws Exception {
    assertThat(
            read(".config", "port=I\"7777\"\nhandler.target=\"(handler.name\\=echo)\"\n").values())
        .containsEntry("port", 7777)
        .containsEntry("handler.target", "(handler.name=echo)");
    assertThat(
            read(".json", "// a comment\n{ \"port:Integer\": 7777, \"motto\": \"Grüße\" }")
                .values())
        .containsEntry("port", 7777)
        .containsEntry("motto", "Grüße");
  }

  @Test
  void jsonWithoutEndIsNoTrouble() {
    assertThatThrownBy(() -> read(".json", "{\"a\":".repeat(100_000)))
        .isInstanceOf(MalformedFileException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        ".json   | {\"port\":                            | Invalid JSON",
        ".json   | {\":configurator:resource-version\": 1, \"a~b\": {\"port\": 1}} | name the file after the PID",
        ".json   | {\"a~b\": {\"port\": 1}}              | name the file after the PID",
        ".json   | {\"port:Integer\": \"abc\"}           | port:Integer",
        ".config | port = 7777                           | key=\"text\"",
        ".config | t=\"(handler.name=echo)\"             | \\=",
        ".cfg    | a = \\u12                             | \\u",
      })
  void malformedTextIsRefusedWithWhatIsAllowed(String end, String text, String said) {
    assertThatThrownBy(() -> read(end, text))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(said);
  }

  @Test
  void textIsReadInTheEncodingsThatEditorsWrite() throws Exception {
    String text = "motto = Grüße\n";
    assertThat(decoded(text.getBytes(StandardCharsets.UTF_8)).text()).isEqualTo(text);
    assertThat(decoded(("\uFEFF" + text).getBytes(StandardCharsets.UTF_8)).text()).isEqualTo(text);
    assertThat(decoded(text.getBytes(StandardCharsets.UTF_16)).text()).isEqualTo(text);
    TextFile latin = decoded(text.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(latin.text()).isEqualTo(text);
    assertThat(latin.remarks())
        .containsExactly("is not UTF-8, and is read as ISO-8859-1; save it as UTF-8");
  }

  private TextFile decoded(byte[] bytes) throws Exception {
    return TextFile.read(Files.write(home.resolve("x.cfg"), bytes));
  }
}
