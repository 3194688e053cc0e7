package io.thousandisland.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Text in columns, as wide as their widest cell. */
final class Table {
  private Table() {}

  static String of(List<String> heads, List<List<String>> rows) {
    var all = new ArrayList<List<String>>();
    all.add(heads);
    all.addAll(rows);
    int[] widths = new int[heads.size()];
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return all.stream().map(row -> line(row, widths)).collect(Collectors.joining("\n"));
  }

  private static String line(List<String> row, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
    }
    return line.toString().stripTrailing();
  }
}
