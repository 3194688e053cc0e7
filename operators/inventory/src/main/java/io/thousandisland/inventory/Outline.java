// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Facts as text for people, with the names that they have in JSON: a fact a line, parts indented.
 * An item of a list whose facts have no parts is one line.
 *
 * <p>Thread: its maker's.
 */
final class Outline {

  private static final String INDENT = "  ";
  private static final String NONE = "none";

  private final UnaryOperator<String> quoted;
  private final StringBuilder text = new StringBuilder();

  private Outline(UnaryOperator<String> quoted) {
    this.quoted = quoted;
  }

  /**
   * @param quoted writes a text in quotes, with escapes
   */
  static String of(Map<?, ?> facts, UnaryOperator<String> quoted) {
    var outline = new Outline(quoted);
    outline.facts(facts, "", "");
    return outline.text.toString();
  }

  /**
   * @param first what the first line begins with, instead of the indent
   */
  private void facts(Map<?, ?> facts, String first, String indent) {
    String before = first;
    for (var fact : facts.entrySet()) {
      text.append(before).append(scalar(fact.getKey())).append(':');
      value(fact.getValue(), indent);
      before = indent;
    }
  }

  private void value(@Nullable Object value, String indent) {
    if (value instanceof Map<?, ?> parts && !parts.isEmpty()) {
      text.append('\n');
      facts(parts, indent + INDENT, indent + INDENT);
    } else if (value instanceof List<?> items && !flat(items)) {
      text.append('\n');
      items.forEach(item -> item((Map<?, ?>) item, indent));
    } else {
      text.append(' ').append(scalar(value)).append('\n');
    }
  }

  private void item(Map<?, ?> facts, String indent) {
    if (facts.values().stream().allMatch(Outline::flat)) {
      text.append(indent)
          .append("- ")
          .append(
              facts.entrySet().stream()
                  .map(fact -> scalar(fact.getKey()) + " " + scalar(fact.getValue()))
                  .collect(Collectors.joining(", ")))
          .append('\n');
    } else {
      facts(facts, indent + "- ", indent + INDENT);
    }
  }

  /** Whether it fits a line: no map, and no list of maps. */
  private static boolean flat(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().noneMatch(Map.class::isInstance)
        : !(value instanceof Map);
  }

  private String scalar(@Nullable Object value) {
    if (value == null) {
      return "-";
    } else if (value instanceof List<?> list) {
      return list.isEmpty()
          ? NONE
          : list.stream().map(this::scalar).collect(Collectors.joining("; "));
    } else if (value instanceof Map) { // without facts
      return NONE;
    }
    String plain = value.toString();
    boolean clear =
        !plain.isBlank()
            && !plain.contains(", ")
            && plain.chars().noneMatch(each -> Character.isISOControl(each) || each == '"');
    return clear ? plain : quoted.apply(plain);
  }
}
