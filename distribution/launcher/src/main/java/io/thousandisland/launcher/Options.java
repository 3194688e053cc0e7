// SPDX-License-Identifier: Apache-2.0
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

  /** The options of an executable jar. */
  static final List<Option> ALL =
      Collections.unmodifiableList(common("deploy", "lines at INFO on standard output"));

  /** The options of the program of the distribution. */
  static final List<Option> OF_THE_PROGRAM = Collections.unmodifiableList(ofTheProgram());

  private Options() {}

  private static List<Option> common(String deploy, String logback) {
    return Arrays.asList(
        new Option(
            "port",
            "PORT",
            "port of the echo server on 127.0.0.1; 0 picks a free port; default: 7777",
            Checks::port),
        new Option(
            "deploy",
            "DIR",
            "folder whose bundles and configurations are installed, updated and removed with"
                + " their files; created if it is missing; default: "
                + deploy,
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
            "configuration file of Logback; default: " + logback,
            Checks::logbackFileOrUrl),
        new Option(
            "java.io.tmpdir",
            "DIR",
            "folder for the framework's files; the files are removed at the end",
            Checks::folderToWrite));
  }

  private static List<Option> ofTheProgram() {
    List<Option> all = new ArrayList<>();
    all.add(
        new Option(
            "fw", "NAME", "OSGi framework: felix or equinox; default: felix", Checks::framework));
    all.add(
        new Option(
            Installation.BASE,
            "DIR",
            "folder with deploy, and with conf if it is not the installation's; default: the"
                + " installation",
            Checks::folder));
    all.addAll(common("deploy in the folder base", "conf/logback.xml"));
    return all;
  }

  /** The options that the command knows by which the process was started. */
  static List<Option> of(Properties given) {
    return Installation.of(given).isPresent() ? OF_THE_PROGRAM : ALL;
  }

  /** The problems with the options, and with the arguments. There should be no arguments. */
  static List<String> problems(Properties given, String... arguments) {
    List<String> problems = new ArrayList<>();
    List<Option> known = of(given);
    String place = known == ALL ? ", before -jar?" : "?"; // the program sorts its arguments
    for (String argument : arguments) {
      problems.add(strayed(argument, known, place));
    }
    for (String name : new TreeSet<>(given.stringPropertyNames())) {
      mistyped(name, known).ifPresent(problems::add);
    }
    for (Option option : known) {
      String value = given.getProperty(option.name);
      if (value != null) {
        option.problem(value).ifPresent(problems::add);
      }
    }
    return problems;
  }

  /** Only the launcher reads arguments; options are properties. */
  private static String strayed(String argument, List<Option> known, String place) {
    String option = argument.startsWith("-D") ? argument.substring(2) : argument;
    int equals = option.indexOf('=');
    String name = (equals < 0 ? option : option.substring(0, equals)).replaceFirst("^-+", "");
    String value = equals < 0 ? null : option.substring(equals + 1);
    Optional<Option> meant =
        known.stream().filter(each -> Spelling.same(name, each.name)).findFirst();
    if (!meant.isPresent()) {
      meant = known.stream().filter(each -> Spelling.near(name, each.name)).findFirst();
    }
    return argument
        + ": no such argument"
        + meant
            .map(
                each ->
                    "; did you mean "
                        + (value == null ? each.form() : "-D" + each.name + "=" + value)
                        + place)
            .orElse("; see --help");
  }

  /**
   * Properties are shared with Java, libraries and handlers. Only a name that looks like an option
   * of ours can be recognized as a mistake.
   */
  private static Optional<String> mistyped(String name, List<Option> known) {
    Option meant = null;
    for (Option each : known) {
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
