// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

/** A page of Markdown, written from top to bottom. */
public final class Page {

  private final StringBuilder text = new StringBuilder();

  public void heading(String title) {
    text.append("## ").append(title).append("\n\n");
  }

  /** Text as it is, and an empty line. */
  public void paragraph(String words) {
    text.append(words.stripTrailing()).append("\n\n");
  }

  public void list(Iterable<String> items) {
    items.forEach(item -> text.append("- ").append(item).append('\n'));
    text.append('\n');
  }

  /** The head of a table: the first column is text, the others are numbers. */
  public void header(String... cells) {
    row(cells);
    text.append("|---|").append("--:|".repeat(cells.length - 1)).append('\n');
  }

  public void row(String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  public void endOfTable() {
    text.append('\n');
  }

  public String finished() {
    return text.toString().stripTrailing() + "\n";
  }
}
