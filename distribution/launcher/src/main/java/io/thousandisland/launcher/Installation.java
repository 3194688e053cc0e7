// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Optional;
import java.util.Properties;

/**
 * The unpacked distribution that has started this process by its program {@code
 * bin/thousandisland}. The program says so in properties, and starts the jar in the same process.
 */
final class Installation {
  /** Set by the program: its own name, as the user has typed it. */
  static final String PROGRAM = "io.thousandisland.program";

  /** Set by the program: the folder that the distribution was unpacked to. */
  static final String HOME = "io.thousandisland.home";

  /** An option of the user's. The program makes it absolute. */
  static final String BASE = "base";

  private static final String DEPLOY = "deploy";
  private static final String LOGBACK = "logback.configurationFile";

  private final String program;
  private final Path home;
  private final Path base;

  private Installation(String program, String home, String base) {
    this.program = program;
    this.home = Paths.get(home);
    this.base = Paths.get(base);
  }

  /** Empty when another command has started the jar. */
  static Optional<Installation> of(Properties given) {
    String program = given.getProperty(PROGRAM);
    String home = given.getProperty(HOME);
    return program == null || home == null
        ? Optional.empty()
        : Optional.of(new Installation(program, home, given.getProperty(BASE, home)));
  }

  /** The command that has started this process. */
  String program() {
    return program;
  }

  /** Completes the options with the folders and files of the distribution. */
  void complete(Properties options) {
    if (options.getProperty(DEPLOY) == null) {
      options.setProperty(DEPLOY, base.resolve(DEPLOY).toString());
    }
    if (options.getProperty(LOGBACK) == null) {
      configuration("logback.xml").ifPresent(file -> options.setProperty(LOGBACK, file.toString()));
    }
  }

  /** A file in {@code conf} of the base folder, or else of the installation. */
  private Optional<Path> configuration(String name) {
    Path own = base.resolve("conf").resolve(name);
    Path file = Files.exists(own) ? own : home.resolve("conf").resolve(name);
    return Files.exists(file) ? Optional.of(file) : Optional.empty();
  }
}
