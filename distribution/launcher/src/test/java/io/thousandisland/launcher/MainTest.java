// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in a process of its own, because it ends the process it runs in. */
class MainTest {

  @TempDir Path folder;

  private record Ended(int code, String out, String err) {}

  private Ended run(Class<?> main, List<String> options, String... args) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
    command.addAll(options);
    command.add(main.getName());
    command.addAll(List.of(args));
    File out = folder.resolve("out").toFile();
    File err = folder.resolve("err").toFile();
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(out)
            .redirectError(err)
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(
        process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
  }

  @Test
  void javaThatIsTooOldIsRefusedInOneLineThatNamesBoth() throws Exception {
    for (String old : List.of("1.8", "17", "20")) {
      Ended ended = run(OnJava.class, List.of(), old);

      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err())
          .startsWith(
              "Thousand Island needs Java 21 or later; this is Java "
                  + System.getProperty("java.version"))
          .hasLineCount(1);
    }
  }

  @Test
  void optionsBecomeWhatTheBundlesReadAndNothingIsLeftBehind() throws Exception {
    Ended ended =
        run(
            Main.class,
            List.of(
                "-Ddeploy=here",
                "-Dshell=0",
                "-Dprint=io.thousandisland.deploy.dir,gosh.args,launch.storage.dir,"
                    + "io.thousandisland.shell.port"));

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .contains(
            "io.thousandisland.shell.port=0",
            "io.thousandisland.deploy.dir=" + folder.toRealPath().resolve("here"),
            "gosh.args=--nointeractive --noshutdown")
        .anyMatch(line -> line.startsWith("launch.storage.dir=" + folder.resolve("tmp")));
    assertThat(folder.resolve("here")).isDirectory();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void everythingThatIsWrongIsSaidBeforeAnythingIsDone() throws Exception {
    Ended ended =
        run(
            Main.class,
            List.of("-Dport=abc", "-Dshell=70000", "-Ddeply=x", "-Dprint=port"),
            "--port=9000");

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines())
        .containsExactly(
            "--port=9000: no such argument; did you mean -Dport=9000, before -jar?",
            "deply: no such option; did you mean -Ddeploy=DIR? A property of your own needs another"
                + " name, for example one with a dot",
            "port: \"abc\" is not a number; allowed: 0 to 65535",
            "shell: 70000 is too high; allowed: 0 to 65535, or off");
    assertThat(folder.resolve("deploy")).doesNotExist();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void folderThatCannotBeMadeIsRefusedInOneLine() throws Exception {
    Files.createFile(folder.resolve("file"));
    Ended ended = run(Main.class, List.of("-Ddeploy=file/within", "-Dprint=port"));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .startsWith(
            "deploy: \"" + folder.toRealPath().resolve("file/within") + "\" cannot be created: ")
        .hasLineCount(1);
  }

  @Test
  void helpNamesEveryOptionAndDoesNotStart() throws Exception {
    for (String argument : List.of("--help", "-h")) {
      Ended ended = run(Main.class, List.of("-Dprint=port", "-Dport=abc"), argument);

      assertThat(ended.code()).isZero();
      assertThat(ended.err()).isEmpty();
      assertThat(ended.out())
          .contains(Options.ALL.stream().map(Option::form).toList())
          .doesNotContain("args=");
      assertThat(folder.resolve("deploy")).doesNotExist();
    }
  }

  @Test
  void versionIsOneLine() throws Exception {
    Ended ended = run(Main.class, List.of("-Dprint=port"), "--version");

    assertThat(ended.code()).isZero();
    assertThat(ended.out())
        .matches("Thousand Island [0-9]+\\.[0-9]+\\.[0-9]+.*, on Java [0-9]+.*\n");
  }

  @Test
  void numbersAreWrittenTheSameInEveryLocale() throws Exception {
    Ended ended = run(OnJava.class, List.of("-Duser.language=ar", "-Duser.country=EG"), "17");
    assertThat(ended.err()).startsWith("Thousand Island needs Java 21 or later");
  }

  @Test
  void propertiesOfTheUserAreLeftAlone() throws Exception {
    Ended ended =
        run(
            Main.class,
            List.of(
                "-Dshell=off",
                "-Dgosh.args=mine",
                "-Dlaunch.storage.dir=kept",
                "-Dprint=gosh.args,launch.storage.dir,io.thousandisland.shell.port"));

    assertThat(ended.out().lines())
        .contains("gosh.args=mine", "launch.storage.dir=kept", "io.thousandisland.shell.port=null");
  }
}
