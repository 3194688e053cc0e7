// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import java.util.List;

/** The arguments typed after a command. A problem with them is answered in one line. */
record Arguments(List<String> typed) {

  /**
   * @param usage the command with its arguments, for the answer
   * @throws IllegalArgumentException when there are too few or too many
   */
  static Arguments of(String usage, int fewest, int most, String... typed) {
    if (typed.length < fewest || typed.length > most) {
      throw new IllegalArgumentException(
          (typed.length < fewest ? "too few arguments" : "too many arguments") + "; " + usage);
    }
    return new Arguments(List.of(typed));
  }

  String name() {
    return typed.getFirst();
  }

  boolean hasNumber() {
    return typed.size() > 1;
  }

  /**
   * The second argument, a number.
   *
   * @param what the thing that has the number, for the answer
   * @throws IllegalArgumentException when it is not a whole number
   */
  long number(String what) {
    try {
      return Long.parseLong(typed.get(1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s is %s; allowed: a whole number".formatted(what, typed.get(1)));
    }
  }
}
