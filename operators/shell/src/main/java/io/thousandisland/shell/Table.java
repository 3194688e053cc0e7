// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Text in columns that are as wide as their widest cell, on lines of 100 characters at most. Where
 * 100 characters do not suffice, the widest cells lose their middle. A cell may have several lines.
 * Below a row there may be notes, in full.
 *
 * <p>Thread: its maker's.
 */
final class Table {

  private static final int WIDTH = 100;
  private static final String GAP = "  ";
  private static final String INDENT = "    ";
  private static final String ELISION = "..";
  private static final int NARROWEST = 6;

  private sealed interface Part {}

  private record Row(List<String> cells) implements Part {}

  private record Note(String text) implements Part {}

  private final List<Part> parts = new ArrayList<>();
  private final List<String> whole = new ArrayList<>();
  private boolean hasRows;

  Table(String... heads) {
    parts.add(new Row(List.of(heads)));
  }

  /** Columns whose cells keep their middle. */
  Table whole(String... heads) {
    whole.addAll(List.of(heads));
    return this;
  }

  Table row(String... cells) {
    hasRows = true;
    parts.add(new Row(List.of(cells)));
    return this;
  }

  /** Adds {@code text} below the last row, unless it is empty. */
  Table note(String text) {
    if (!text.isEmpty()) {
      parts.add(new Note(text));
    }
    return this;
  }

  /** The table; without rows only {@code whenEmpty}, which says why. */
  String text(String whenEmpty) {
    if (!hasRows) {
      return whenEmpty;
    }
    int[] widths = widths();
    var lines = new ArrayList<String>();
    for (Part part : parts) {
      switch (part) {
        case Row row -> lines.addAll(lines(row, widths));
        case Note note -> lines.addAll(wrap(note.text()));
      }
    }
    return String.join("\n", lines);
  }

  private int[] widths() {
    int[] widths = new int[((Row) parts.getFirst()).cells().size()];
    for (Part part : parts) {
      if (part instanceof Row row) {
        for (int i = 0; i < widths.length; i++) {
          int column = i;
          row.cells()
              .get(i)
              .lines()
              .forEach(line -> widths[column] = Math.max(widths[column], line.length()));
        }
      }
    }
    int most = WIDTH - GAP.length() * (widths.length - 1);
    for (int i = widest(widths); Arrays.stream(widths).sum() > most && i >= 0; i = widest(widths)) {
      widths[i]--;
    }
    return widths;
  }

  /** The widest of the columns that may get narrower; negative when none may. */
  private int widest(int[] widths) {
    List<String> heads = ((Row) parts.getFirst()).cells();
    int widest = -1;
    for (int i = 0; i < widths.length; i++) {
      boolean wider = widest < 0 ? widths[i] > NARROWEST : widths[i] > widths[widest];
      widest = wider && !whole.contains(heads.get(i)) ? i : widest;
    }
    return widest;
  }

  private static List<String> lines(Row row, int[] widths) {
    List<List<String>> cells = row.cells().stream().map(cell -> cell.lines().toList()).toList();
    int height = Math.max(1, cells.stream().mapToInt(List::size).max().orElse(1));
    var lines = new ArrayList<String>();
    for (int i = 0; i < height; i++) {
      var line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        List<String> cell = cells.get(column);
        String text = i < cell.size() ? elide(cell.get(i), widths[column]) : "";
        line.append(text).repeat(" ", widths[column] - text.length()).append(GAP);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** Both ends tell more than the middle. */
  private static String elide(String text, int width) {
    if (text.length() <= width) {
      return text;
    }
    int kept = width - ELISION.length();
    int end = kept / 2;
    return text.substring(0, kept - end) + ELISION + text.substring(text.length() - end);
  }

  private static List<String> wrap(String text) {
    return Text.wrapped(text, WIDTH - INDENT.length()).stream().map(INDENT::concat).toList();
  }
}
