// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Peers in a process of their own, which obeys commands: each is a line with a number, and so is
 * its answer. Other lines are complaints.
 *
 * <p>Thread: one at a time.
 */
final class CommandedProcess implements AutoCloseable {

  private final Process process;
  private final Thread lastResort;
  private final Lines out;
  private int commands;

  CommandedProcess(Class<?> main, String... arguments) throws Exception {
    String classes =
        Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    var command =
        new ArrayList<>(
            List.of(
                Launch.java(Path.of(System.getProperty("java.home"))).toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                classes,
                main.getName()));
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    lastResort = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(lastResort);
    out = Lines.of(process.getInputStream());
  }

  /** The first complaints, five at most. */
  List<String> complaints() {
    return out.all().stream().filter(line -> !line.matches("[0-9]+ .*")).limit(5).toList();
  }

  /** Commands, and fails unless it is done. */
  void done(String command) throws IOException, InterruptedException {
    assertThat(ask(command)).as(() -> command + ": " + complaints()).isEqualTo("ok");
  }

  /** Commands, and returns the answer. */
  String ask(String command) throws IOException, InterruptedException {
    commands++;
    process
        .getOutputStream()
        .write((commands + " " + command + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    String answer = "^" + Pattern.quote(commands + " ") + "(.*)";
    return out.await(answer, ServerProcess.PATIENCE.multipliedBy(2)).group(1);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    Runtime.getRuntime().removeShutdownHook(lastResort);
  }
}
