// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Command lines, and the output of short commands. */
public final class Commands {

  private Commands() {}

  public static List<String> pinned(String processors, List<String> command) {
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", processors));
    pinned.addAll(command);
    return pinned;
  }

  /** This JDK's java, with no option that changes how fast it is. */
  public static List<String> java(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dsun.misc.unsafe.memory.access=allow");
    command.addAll(List.of(arguments));
    return command;
  }

  public static List<String> javaClass(Class<?> main, String... arguments) {
    List<String> command = java("-cp", System.getProperty("java.class.path"), main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** The output of a command; empty when there is no such command or it fails. */
  public static String output(List<String> command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? printed : "";
    } catch (IOException none) {
      return "";
    }
  }
}
