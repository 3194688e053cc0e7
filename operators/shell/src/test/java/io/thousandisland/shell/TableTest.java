// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {

  private final Table table = new Table("NAME", "N", "LAST");

  @Test
  void columnsAreAsWideAsTheirWidestCellAndTwoApart() {
    table.row("a", "100", "x").row("bb", "2", "");

    assertThat(table.text("nothing"))
        .isEqualTo(
            """
            NAME  N    LAST
            a     100  x
            bb    2""");
  }

  @Test
  void withoutRowsOnlyTheReasonIsLeft() {
    assertThat(table.text("no rows, for a reason")).isEqualTo("no rows, for a reason");
  }

  @Test
  void cellsMayHaveSeveralLines() {
    table.row("a", "1\n2", "x\ny\nz").row("b", "3", "w");

    assertThat(table.text(""))
        .isEqualTo(
            """
            NAME  N  LAST
            a     1  x
                  2  y
                     z
            b     3  w""");
  }

  @Test
  void whatIsWiderThan100ColumnsLosesTheMiddleOfItsWidestCells() {
    table.row("short", "a".repeat(40) + "1".repeat(60), "b".repeat(70) + "2".repeat(20));

    String[] lines = table.text("").split("\n");
    assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    assertThat(lines[1]).hasSize(100).matches("short  a{22}\\.\\.1{21}  b{22}\\.\\.bb2{20}");
  }

  @Test
  void columnsThatMustStayWholeAreNotNarrowed() {
    table.whole("LAST").row("n".repeat(30), "a".repeat(40), "b".repeat(80));

    String[] lines = table.text("").split("\n");
    assertThat(lines[1]).hasSize(100).endsWith("  " + "b".repeat(80));
  }

  @Test
  void tableThatCannotGetNarrowEnoughIsShownAllTheSame() {
    table.whole("LAST").row("name", "number", "b".repeat(120));

    assertThat(table.text("").lines()).contains("name  number  " + "b".repeat(120));
  }

  @Test
  void notesStandInFullBelowTheirRowAndAreWrappedAt100Columns() {
    table
        .row("a", "1", "x")
        .note("word ".repeat(30))
        .row("b", "2", "y")
        .note("")
        .note("z".repeat(120));

    assertThat(table.text("").lines())
        .containsExactly(
            "NAME  N  LAST",
            "a     1  x",
            "    " + "word ".repeat(18) + "word",
            "    " + "word ".repeat(10) + "word",
            "b     2  y",
            "    " + "z".repeat(96),
            "    " + "z".repeat(24));
  }
}
