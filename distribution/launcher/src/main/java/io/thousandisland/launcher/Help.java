// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The texts that the server prints instead of starting. */
final class Help {
  private static final String WIDE = "        ";

  private Help() {}

  /** The text that one of the arguments asks for. */
  static Optional<String> asked(String... arguments) throws IOException {
    List<String> all = Arrays.asList(arguments);
    if (all.contains("--help") || all.contains("-h")) {
      return Optional.of(help());
    }
    return all.contains("--version") ? Optional.of(version() + "\n") : Optional.empty();
  }

  private static String help() throws IOException {
    Optional<Installation> installation = Installation.of(System.getProperties());
    StringBuilder text = new StringBuilder(version());
    text.append("\n\n")
        .append(
            installation
                .map(program -> program.program() + " [OPTION...]")
                .orElse("java [OPTION...] -jar " + jar()))
        .append('\n');
    for (Option option : Options.of(System.getProperties())) {
      text.append("\n    ").append(option.form()).append('\n');
      text.append(WIDE).append(option.what).append('\n');
    }
    if (installation.isPresent()) {
      text.append("\n    --help, --version\n");
      text.append(
          "\nOther options that begin with -D or -X are Java's. The file conf/java.options");
      text.append(" has options\nfor every start; an option of the command line wins.\n");
    } else {
      text.append("\n    after the name of the jar: --help, --version\n");
    }
    text.append("\nSIGINT (Ctrl-C) and SIGTERM drain the server, then the process ends.\n");
    return text.toString();
  }

  private static String version() throws IOException {
    try (InputStream in = Help.class.getResourceAsStream("version");
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return "Thousand Island " + reader.readLine() + ", on Java " + Main.java();
    }
  }

  /** The path of the jar that Java was started with. */
  private static String jar() {
    String path = System.getProperty("java.class.path", "");
    return path.endsWith(".jar") && !path.contains(File.pathSeparator) ? path : "server.jar";
  }
}
