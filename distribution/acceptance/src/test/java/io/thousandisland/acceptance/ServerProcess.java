// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;

/** A server in a process of its own. It does not outlive the test, nor the tests' JVM. */
public final class ServerProcess implements AutoCloseable {

  /** Generous: the machine may be busy. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The option that lets bnd's launcher write each of its steps. */
  public static final String TELLS_WHEN_STARTED = "-Dlaunch.trace=true";

  private final Process process;
  private final Thread lastResort;
  private final Lines out;
  private final Lines err;

  public ServerProcess(Process process) {
    this.process = process;
    lastResort = new Thread(this::kill);
    Runtime.getRuntime().addShutdownHook(lastResort);
    out = Lines.of(process.getInputStream());
    err = Lines.of(process.getErrorStream());
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  public Lines out() {
    return out;
  }

  public Lines err() {
    return err;
  }

  /** The port of the named server, as soon as the server says it. */
  public int port(String server) throws InterruptedException {
    return Integer.parseInt(greeting(server).group(1));
  }

  /** The line that names the address. On a terminal, the shell's prompt may be in front of it. */
  public MatchResult greeting(String server) throws InterruptedException {
    return out.await("^(?:g! )?" + server + " listens on 127\\.0\\.0\\.1:([0-9]+)", PATIENCE);
  }

  /**
   * Waits until all bundles have started; the server listens before that. Launch it with {@link
   * #TELLS_WHEN_STARTED}.
   */
  public void awaitStarted() throws InterruptedException {
    out.await("startlevel: notified reached final level", PATIENCE);
  }

  /** Waits until the server has logged a line in which the pattern is found. */
  public MatchResult awaitLog(String regex) throws InterruptedException {
    return out.await(regex, PATIENCE);
  }

  /** Types on the terminal, or into standard input. */
  public void type(String keys) throws IOException {
    process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, "" + pid()).inheritIO().start();
    assertThat(kill.waitFor()).as("exit code of kill").isZero();
  }

  /** The exit code, once the process has ended. */
  public int exit(Duration limit) throws InterruptedException {
    assertThat(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
        .as("ended within %s, having said%n%s", limit, String.join("\n", out.all()))
        .isTrue();
    return process.exitValue();
  }

  /** No line of either stream belongs to a stack trace, except for {@link #withoutGogosStart}. */
  public void saidNoStackTrace() {
    assertThat(out.all()).noneMatch(ServerProcess::ofATrace);
    assertThat(withoutGogosStart(err.all())).noneMatch(ServerProcess::ofATrace);
  }

  /**
   * Gogo's shell starts a thread that runs the command {@code gosh}. When the bundle is stopped
   * before that thread has begun, the command is gone, and Gogo prints a trace.
   */
  private static List<String> withoutGogosStart(List<String> lines) {
    var others = new ArrayList<String>();
    boolean inside = false;
    for (String line : lines) {
      inside =
          line.equals("gogo: CommandNotFoundException: Command not found: gosh")
              || inside && ofATrace(line);
      if (!inside) {
        others.add(line);
      }
    }
    return others;
  }

  /**
   * No stack trace leads through our code. Other code may need a file just when no descriptor is
   * left.
   */
  public void saidNoStackTraceOfOurs() {
    assertThat(out.all()).noneMatch(line -> line.matches("\\s+at .*io\\.thousandisland\\..*"));
    assertThat(err.all()).noneMatch(line -> line.matches("\\s+at .*io\\.thousandisland\\..*"));
  }

  private static boolean ofATrace(String line) {
    return line.matches(
        "\\s+at .*\\(.*\\)|(Exception in|Caused by).*|[\\w.$]+(Exception|Error)(:.*)?");
  }

  /** With the processes that it has started: a command may run the server in another process. */
  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
    process.waitFor();
    Runtime.getRuntime().removeShutdownHook(lastResort);
  }
}
