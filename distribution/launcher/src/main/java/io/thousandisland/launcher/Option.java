// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.util.Optional;

/** One option of the command line, {@code -DNAME=VALUE}, and the check of its value. */
final class Option {

  /** The check whether a value may be given. */
  interface Check {
    /** The problem, in the words of the user; empty when there is none. */
    Optional<String> problem(String value);
  }

  final String name;

  /** The word that stands for the value in the help text. */
  final String placeholder;

  final String what;
  private final Check check;

  Option(String name, String placeholder, String what, Check check) {
    this.name = name;
    this.placeholder = placeholder;
    this.what = what;
    this.check = check;
  }

  Optional<String> problem(String value) {
    return check.problem(value).map(problem -> name + ": " + problem);
  }

  /** The option as the user writes it. */
  String form() {
    return "-D" + name + "=" + placeholder;
  }
}
