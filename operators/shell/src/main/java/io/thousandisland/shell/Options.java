// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words typed after a command, of which some are options with a value, as in {@code --idle
 * 30s}. A problem with them is answered in one line.
 *
 * @param words the words that are neither options nor values
 * @param values the values, by the names of their options
 */
record Options(List<String> words, Map<String, String> values) {

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  /**
   * @param usage the command with its options, for the answer
   * @param names of the options, with their dashes
   * @throws IllegalArgumentException when an option is unknown, given twice, or without a value
   */
  static Options of(String usage, List<String> names, String... typed) {
    var words = new ArrayList<String>();
    var values = new LinkedHashMap<String, String>();
    for (int i = 0; i < typed.length; i++) {
      String word = typed[i];
      if (!word.startsWith("--")) {
        words.add(word);
      } else if (!names.contains(word)) {
        String meant = Nearest.of(word, names).map(n -> "; did you mean " + n + "?").orElse("; ");
        throw new IllegalArgumentException(
            "no option " + word + meant + (meant.endsWith("?") ? "" : usage));
      } else if (i + 1 == typed.length || values.put(word, typed[++i]) != null) {
        throw new IllegalArgumentException(word + " takes one value; " + usage);
      }
    }
    return new Options(List.copyOf(words), values);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /**
   * The value of a number that is 0 or more.
   *
   * @throws IllegalArgumentException when it is something else
   */
  Optional<Integer> number(String name) {
    return text(name)
        .map(
            text -> {
              if (!text.matches("\\d{1,9}")) {
                throw wrong(name, text, "a whole number, 0 or more");
              }
              return Integer.valueOf(text);
            });
  }

  /**
   * The value of a duration.
   *
   * @throws IllegalArgumentException when it is something else
   */
  Optional<Duration> duration(String name) {
    return text(name)
        .map(
            text -> {
              Matcher form = DURATION.matcher(text);
              if (!form.matches()) {
                throw wrong(
                    name, text, "a whole number with the unit ms, s, m or h, as in 500ms or 15s");
              }
              long count = Long.parseLong(form.group(1));
              return switch (form.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                default -> Duration.ofHours(count);
              };
            });
  }

  static IllegalArgumentException wrong(String name, String value, String allowed) {
    return new IllegalArgumentException("%s is %s; allowed: %s".formatted(name, value, allowed));
  }
}
