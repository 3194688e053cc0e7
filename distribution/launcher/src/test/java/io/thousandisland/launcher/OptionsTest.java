// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionsTest {

  @TempDir Path home;

  private static List<String> problems(Map<String, String> given, String... arguments) {
    var properties = new Properties();
    properties.putAll(given);
    return Options.problems(properties, arguments);
  }

  private static List<String> problems(String name, Object value) {
    return problems(Map.of(name, value.toString()));
  }

  @Test
  void goodValuesAndPropertiesOfOthersAreNoProblem() throws Exception {
    Path file = Files.writeString(home.resolve("logback.xml"), "<configuration/>");
    assertThat(
            problems(
                Map.of(
                    "port", "0",
                    "shell", "0",
                    "deploy", home.resolve("not/there/yet").toString(),
                    "logback.configurationFile", file.toString(),
                    "java.io.tmpdir", home.toString(),
                    "host", "one of a handler's",
                    "org.example.port", "x")))
        .isEmpty();
    assertThat(problems("port", "65535")).isEmpty();
    assertThat(problems("shell", "off")).isEmpty();
    assertThat(problems("deploy", home)).isEmpty();
    assertThat(problems("logback.configurationFile", "file:/etc/any.xml")).isEmpty();
    Properties ofThisJava = System.getProperties();
    assertThat(Options.problems(ofThisJava)).isEmpty();
  }

  @Test
  void portMustBeANumberThatCanBeOne() {
    for (String word : List.of("abc", "", "-1", "+80", " 80", "8e1", "٧٧٧٧", "７７")) {
      assertThat(problems("port", word))
          .containsExactly("port: \"" + word + "\" is not a number; allowed: 0 to 65535");
    }
    for (String number : List.of("65536", "70000", "99999999999999999999")) {
      assertThat(problems("port", number))
          .containsExactly("port: " + number + " is too high; allowed: 0 to 65535");
    }
  }

  @Test
  void portOfTheShellMustBeFreeAsNothingTriesAgain() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(problems("shell", taken.getLocalPort()))
          .singleElement()
          .asString()
          .startsWith("shell: port " + taken.getLocalPort() + " cannot be opened: ");
      assertThat(problems("port", taken.getLocalPort())).as("of the server").isEmpty();
    }
  }

  @Test
  void foldersMustBeOnes() throws Exception {
    Path file = Files.createFile(home.resolve("file"));
    assertThat(problems("deploy", file))
        .containsExactly("deploy: \"" + file + "\" is not a folder");
    assertThat(problems("deploy", "")).containsExactly("deploy: \"\" is not a name");
    assertThat(problems("java.io.tmpdir", home.resolve("none")))
        .containsExactly("java.io.tmpdir: \"" + home.resolve("none") + "\" is not a folder");
    assertThat(problems("logback.configurationFile", home.resolve("none.xml")))
        .containsExactly(
            "logback.configurationFile: \""
                + home.resolve("none.xml")
                + "\" is not a readable file");
  }

  @Test
  void logbacksFileMustBeWellFormedElseThereWouldBeNoLog() throws Exception {
    Path broken = Files.writeString(home.resolve("broken.xml"), "<configuration>\n<root>\n");
    assertThat(problems("logback.configurationFile", broken))
        .singleElement()
        .asString()
        .startsWith("logback.configurationFile: \"" + broken + "\" is wrong in line 3: ");
  }

  @Test
  void folderThatThisUserMayNotReadIsRefused() throws Exception {
    Path closed = Files.createDirectory(home.resolve("closed"));
    assertThat(closed.toFile().setReadable(false)).isTrue();
    assumeFalse(Files.isReadable(closed), "this user may read everything");
    assertThat(problems("deploy", closed))
        .containsExactly("deploy: \"" + closed + "\" cannot be read");
  }

  @Test
  void mistypedOptionIsRefusedWithTheOneThatWasMeant() {
    assertThat(problems("prot", "7778"))
        .singleElement()
        .asString()
        .startsWith("prot: no such option; did you mean -Dport=PORT?");
    assertThat(problems("Deploy", "x"))
        .singleElement()
        .asString()
        .startsWith("Deploy: no such option; did you mean -Ddeploy=DIR?");
  }

  @Test
  void argumentIsRefusedWithTheOptionThatWasMeant() {
    assertThat(problems(Map.of(), "--port=9000", "-Ddeploy=here", "shell", "--frobnicate"))
        .containsExactly(
            "--port=9000: no such argument; did you mean -Dport=9000, before -jar?",
            "-Ddeploy=here: no such argument; did you mean -Ddeploy=here, before -jar?",
            "shell: no such argument; did you mean -Dshell=PORT, before -jar?",
            "--frobnicate: no such argument; see --help");
  }

  @Test
  void allProblemsAreSaid() {
    assertThat(problems(Map.of("port", "x", "shell", "y", "depoly", "z"), "w")).hasSize(4);
  }

  /** The properties that the program of the distribution gives, and one of the user's. */
  private Map<String, String> underTheProgram(String name, Object value) {
    return Map.of(
        Installation.PROGRAM,
        "bin/thousandisland",
        Installation.HOME,
        home.toString(),
        name,
        value.toString());
  }

  @Test
  void programHasTwoMoreOptions() {
    for (String framework : List.of("felix", "equinox")) {
      assertThat(problems(underTheProgram("fw", framework))).isEmpty();
    }
    assertThat(problems(underTheProgram("fw", "Felix")))
        .containsExactly("fw: \"Felix\" is not a framework; allowed: felix, equinox");
    assertThat(problems(underTheProgram("base", home))).isEmpty();
    assertThat(problems(underTheProgram("base", home.resolve("none"))))
        .containsExactly("base: \"" + home.resolve("none") + "\" is not a folder");
    assertThat(problems(underTheProgram("FW", "equinox")))
        .singleElement()
        .asString()
        .startsWith("FW: no such option; did you mean -Dfw=NAME?");
    assertThat(problems(underTheProgram("os", "x"))).as("another short name").isEmpty();
    assertThat(problems("fw", "karaf")).as("the jar alone does not know it").isEmpty();
  }

  @Test
  void programSortsItsArgumentsSoTheirPlaceIsNoMatter() {
    assertThat(problems(underTheProgram("a.b", "c"), "--base=/var", "--port=1"))
        .containsExactly(
            "--base=/var: no such argument; did you mean -Dbase=/var?",
            "--port=1: no such argument; did you mean -Dport=1?");
  }
}
