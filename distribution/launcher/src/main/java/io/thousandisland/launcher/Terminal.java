// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/** The terminal that the process was started on, if any. */
final class Terminal {
  private Terminal() {}

  /** Whether a person can talk to the shell with the terminal's keys. */
  static boolean isOurs() {
    return inForeground(Paths.get("/proc/self/stat")) && there();
  }

  /**
   * Whether reading is harmless: a terminal stops a background job that reads from it. Where the
   * system does not say, reading is assumed to be harmless.
   */
  static boolean inForeground(Path stat) {
    String line;
    try {
      line = new String(Files.readAllBytes(stat), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return true;
    }
    // "pid (any name) state ppid pgrp session tty tpgid ..."
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    String group = fields[2];
    String controllingTerminal = fields[4];
    String foregroundGroup = fields[5];
    return controllingTerminal.equals("0") || group.equals(foregroundGroup);
  }

  /** Since Java 22 a console may have no terminal, and a method tells whether it has one. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean there() {
    Console console = System.console();
    try {
      return console != null && (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
