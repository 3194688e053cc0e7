// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

/** A table of Markdown: words on the left, figures on the right of their columns. */
public final class Table {

  private final StringBuilder text = new StringBuilder();

  public Table(String... header) {
    row(header);
    text.append("|---|").append("--:|".repeat(header.length - 1)).append('\n');
  }

  public void row(String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
