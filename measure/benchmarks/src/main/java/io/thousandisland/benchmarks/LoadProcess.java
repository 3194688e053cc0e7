// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.load.Count;
import io.thousandisland.benchmarks.load.Load;
import io.thousandisland.benchmarks.process.Commands;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The load generator, as seen from this process: one line goes there, one line comes back. */
public final class LoadProcess implements AutoCloseable {

  private final Process process;
  private final PrintStream commands;
  private final BufferedReader answers;

  public LoadProcess(String processor) throws IOException {
    process =
        new ProcessBuilder(Commands.pinned(processor, Commands.javaClass(Load.class)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  public long pid() {
    return process.pid();
  }

  public Count tell(String command) throws IOException {
    commands.println(command);
    @Nullable String answer = answers.readLine();
    if (answer == null || answer.startsWith("failed")) {
      throw new IOException(command + ": " + answer);
    }
    return Count.parse(answer);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
