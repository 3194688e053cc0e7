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

/** In a process of its own, for it ends the process it runs in. */
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
                "-Dprint=io.thousandisland.deploy.dir,gosh.args,launch.storage.dir"),
            "one",
            "two");

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .contains(
            "args=one,two",
            "io.thousandisland.deploy.dir=" + folder.toRealPath().resolve("here"),
            "gosh.args=--nointeractive --noshutdown")
        .anyMatch(line -> line.startsWith("launch.storage.dir=" + folder.resolve("tmp")));
    assertThat(folder.resolve("here")).isDirectory();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void propertiesOfTheUserAreLeftAlone() throws Exception {
    Ended ended =
        run(
            Main.class,
            List.of(
                "-Dgosh.args=mine",
                "-Dlogback.configurationFile=my.xml",
                "-Dprint=gosh.args,logback.configurationFile"));

    assertThat(ended.out().lines()).contains("gosh.args=mine", "logback.configurationFile=my.xml");
  }
}
