// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.EventType;
import jdk.jfr.ValueDescriptor;
import org.junit.jupiter.api.Test;

/** The page {@code docs/operators.md} lists the events and their fields as they are. */
class PageTest {

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `io\\.thousandisland\\.(\\w+)` \\| .* \\| ([^|]*) \\|$");
  private static final Pattern FIELD = Pattern.compile("`(\\w+)`");
  private static final List<String> OF_ALL =
      List.of("startTime", "duration", "eventThread", "stackTrace", "server");

  @Test
  void pageListsEveryEventWithItsFields() throws Exception {
    var listed = new TreeMap<String, List<String>>();
    String page = Files.readString(Path.of("..", "..", "docs", "operators.md"));
    ROW.matcher(page)
        .results()
        .forEach(
            row ->
                listed.put(
                    row.group(1),
                    FIELD.matcher(row.group(2)).results().map(each -> each.group(1)).toList()));
    try (var recorded = new Recorded()) {
      assertThat(recorded.heard()).isEmpty();
      assertThat(listed).isEqualTo(new TreeMap<>(events()));
    }
  }

  private static Map<String, List<String>> events() {
    return Recorded.types().stream()
        .collect(
            Collectors.toMap(
                type -> type.getName().replace("io.thousandisland.", ""), PageTest::fields));
  }

  private static List<String> fields(EventType type) {
    return type.getFields().stream()
        .map(ValueDescriptor::getName)
        .filter(name -> !OF_ALL.contains(name))
        .toList();
  }

  /** Tools show labels and categories to people. */
  @Test
  void everyEventAndFieldHasALabel() {
    try (var recorded = new Recorded()) {
      assertThat(recorded.heard()).isEmpty();
      assertThat(Recorded.types())
          .isNotEmpty()
          .allSatisfy(
              type -> {
                assertThat(type.getLabel()).isNotBlank();
                assertThat(type.getCategoryNames()).startsWith("Thousand Island").hasSize(2);
                assertThat(type.getFields())
                    .allSatisfy(field -> assertThat(field.getLabel()).isNotBlank());
              });
    }
  }
}
