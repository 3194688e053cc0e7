package io.thousandisland.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void columnsAreAsWideAsTheirWidestCellAndTwoApart() {
    String table =
        Table.of(
            List.of("NAME", "N", "LAST"),
            List.of(List.of("a", "100", "x"), List.of("bb", "2", "")));

    assertThat(table)
        .isEqualTo(
            """
            NAME  N    LAST
            a     100  x
            bb    2""");
  }

  @Test
  void withoutRowsOnlyTheHeadIsLeft() {
    assertThat(Table.of(List.of("A", "B"), List.of())).isEqualTo("A  B");
  }
}
