package io.thousandisland.launcher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;

/** The options of the ready-made servers. All problems are reported, one line each. */
final class Options {

  static final List<Option> ALL =
      Collections.unmodifiableList(
          Arrays.asList(
              new Option(
                  "port",
                  "PORT",
                  "port of the echo server on 127.0.0.1; 0 picks a free port; default: 7777",
                  Checks::port),
              new Option(
                  "deploy",
                  "DIR",
                  "folder whose bundles and configurations are installed, updated and removed with"
                      + " their files; created if it is missing; default: deploy",
                  Checks::folderToRead),
              new Option(
                  "shell",
                  "PORT",
                  "port of a shell on 127.0.0.1, open to every user of this machine without a"
                      + " password; 0 picks a free port; default: off",
                  Checks::freePortOrOff),
              new Option(
                  "logback.configurationFile",
                  "FILE",
                  "configuration file of Logback; default: lines at INFO on standard output",
                  Checks::fileOrUrl),
              new Option(
                  "java.io.tmpdir",
                  "DIR",
                  "folder for the framework's files; the files are removed at the end",
                  Checks::folderToWrite)));

  private Options() {}

  /** The problems with the options, and with the arguments. There should be no arguments. */
  static List<String> problems(Properties given, String... arguments) {
    List<String> problems = new ArrayList<>();
    for (String argument : arguments) {
      problems.add(strayed(argument));
    }
    for (String name : new TreeSet<>(given.stringPropertyNames())) {
      mistyped(name).ifPresent(problems::add);
    }
    for (Option option : ALL) {
      String value = given.getProperty(option.name);
      if (value != null) {
        option.problem(value).ifPresent(problems::add);
      }
    }
    return problems;
  }

  /** Only the launcher reads arguments; options are properties. */
  private static String strayed(String argument) {
    String option = argument.startsWith("-D") ? argument.substring(2) : argument;
    int equals = option.indexOf('=');
    String name = (equals < 0 ? option : option.substring(0, equals)).replaceFirst("^-+", "");
    String value = equals < 0 ? null : option.substring(equals + 1);
    Optional<Option> meant =
        ALL.stream().filter(each -> Spelling.same(name, each.name)).findFirst();
    if (!meant.isPresent()) {
      meant = ALL.stream().filter(each -> Spelling.near(name, each.name)).findFirst();
    }
    return argument
        + ": no such argument"
        + meant
            .map(
                each ->
                    "; did you mean "
                        + (value == null ? each.form() : "-D" + each.name + "=" + value)
                        + ", before -jar?")
            .orElse("; see --help");
  }

  /**
   * Properties are shared with Java, libraries and handlers. Only a name that looks like an option
   * of ours can be recognized as a mistake.
   */
  private static Optional<String> mistyped(String name) {
    Option meant = null;
    for (Option each : ALL) {
      if (each.name.equals(name)) {
        return Optional.empty();
      }
      if (meant == null && Spelling.near(name, each.name)) {
        meant = each;
      }
    }
    return meant == null
        ? Optional.empty()
        : Optional.of(
            name
                + ": no such option; did you mean "
                + meant.form()
                + "? A property of your own needs another name, for example one with a dot");
  }
}
