// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thousandisland.acceptance.JavaHome;
import io.thousandisland.acceptance.Tool;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program of the distribution before it starts a server: its options, its Java, its refusals.
 * It writes nothing into the installation, whose folder's name has a space.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
@SuppressWarnings("NullAway.Init") // unpack() does
class DistributionProgramTest {

  @TempDir static Path everything;

  private static Staging staging;
  private static Distribution distribution;
  private static Map<String, String> unpacked;

  @TempDir Path home;

  @BeforeAll
  static void unpack() throws Exception {
    Path there = Files.createDirectories(everything.resolve("a folder"));
    staging = Staging.of(there);
    distribution = Distribution.unpack(staging, there);
    unpacked = distribution.files();
  }

  @AfterAll
  static void nothingIsWrittenIntoTheInstallation() throws Exception {
    if (unpacked != null) { // else there is no release
      assertThat(distribution.files()).isEqualTo(unpacked);
    }
  }

  /** The folder of a server's state, and in it a deploy folder. */
  private Path base() throws Exception {
    Path base = home.resolve("a base");
    Files.createDirectories(base.resolve("deploy"));
    return base;
  }

  @Test
  void helpNamesTheProgramAndItsOptions() throws Exception {
    Distribution.Ended help = distribution.run("--help");
    assertThat(help.code()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(String.join("\n", help.out()))
        .contains("Thousand Island " + staging.version() + ", on Java", "/bin/thousandisland [")
        .contains("-Dport=PORT", "-Ddeploy=DIR", "-Dfw=NAME", "-Dbase=DIR")
        .doesNotContain("-jar");
    assertThat(distribution.run("--version").out()).hasSize(1);
  }

  @Test
  void everyWrongOptionIsSaidInOneLine() throws Exception {
    Distribution.Ended ended =
        distribution.run(
            "--port=9", "-Dport=q", "-Dbase=nowhere", "-Dfw=karaf", "-Ddeply=x", "start");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .containsExactly(
            "--port=9: no such argument; did you mean -Dport=9?",
            "start: no such argument; see --help",
            "deply: no such option; did you mean -Ddeploy=DIR? A property of your own needs"
                + " another name, for example one with a dot",
            "fw: \"karaf\" is not a framework; allowed: felix, equinox",
            "base: \"nowhere\" is not a folder",
            "port: \"q\" is not a number; allowed: 0 to 65535");
  }

  @Test
  void optionsOfTheBaseFolderAreReadAndTheCommandLineWins() throws Exception {
    Path options = Files.createDirectories(base().resolve("conf")).resolve("java.options");
    Files.writeString(
        options, "\ufeff# mine\r\n\r\n  -Dport=wrong  \n-Dshell=of f\r\n-Ddeploy=" + options);
    Distribution.Ended ended = distribution.run("-Dbase=" + base(), "-Dport=0");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .containsExactly(
            "deploy: \"" + options + "\" is not a folder",
            "shell: \"of f\" is not a number; allowed: 0 to 65535, or off");
  }

  @Test
  void wrongLineOfTheOptionsFileIsRefused() throws Exception {
    Path options = Files.createDirectories(base().resolve("conf")).resolve("java.options");
    for (Map.Entry<String, String> wrong :
        Map.of(
                "port=7777",
                "\"port=7777\" is not an option of Java; allowed: one option on a line",
                "-Dbase=/var",
                "\"-Dbase=/var\" has no place here",
                "-jar",
                "\"-jar\" is not an option of Java")
            .entrySet()) {
      Files.writeString(options, wrong.getKey());
      Distribution.Ended ended = distribution.run("-Dbase=" + base());
      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.err())
          .singleElement()
          .asString()
          .startsWith(options + ": " + wrong.getValue());
    }
    Files.delete(options);
    Files.createDirectory(options);
    assertThat(distribution.run("-Dbase=" + base()).err())
        .containsExactly(options + ": is not a readable file");
  }

  @Test
  void withoutJavaTheReasonIsSaidAndTheExitCodeIsOne() throws Exception {
    Distribution.Ended ended = distribution.withJava("/no/java here").run();
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .containsExactly(
            "JAVA_HOME is \"/no/java here\", and there is no bin/java in it. Thousand Island needs"
                + " Java 21 or later.");

    Path programs = Files.createDirectories(home.resolve("programs"));
    for (String program : List.of("dirname", "readlink")) {
      Files.createSymbolicLink(programs.resolve(program), which(program));
    }
    ProcessBuilder process =
        distribution.withJava("").process(distribution.program(), home, "--version");
    process.environment().put("PATH", programs.toString());
    ended = Distribution.run(process);
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).singleElement().asString().startsWith("There is no java on the PATH.");

    Files.createSymbolicLink(
        programs.resolve("java"), Path.of(System.getProperty("java.home"), "bin", "java"));
    assertThat(Distribution.run(process).code()).as("with java on the PATH").isZero();
  }

  private static Path which(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void javaThatIsTooOldIsRefused() throws Exception {
    Optional<JavaHome> old = JavaHome.installed().filter(java -> java.release() < 21).findFirst();
    assumeTrue(old.isPresent(), "no Java older than 21 in /usr/lib/jvm, nor in a JAVA*_HOME");
    Distribution.Ended ended = distribution.withJava(old.get().folder().toString()).run();
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .singleElement()
        .asString()
        .startsWith("Thousand Island needs Java 21 or later; this is Java " + old.get().release());
  }

  @Test
  void shellcheckFindsNoFault() throws Exception {
    var shellcheck =
        new Tool("TEST_SHELLCHECK", ".ci/unpack target/shellcheck shellcheck libgmp10 libffi8");
    List<String> command =
        shellcheck.command("shellcheck", "--shell=sh", distribution.program().toString());
    assertThat(Distribution.run(new ProcessBuilder(command)))
        .isEqualTo(new Distribution.Ended(0, List.of(), List.of()));
  }
}
