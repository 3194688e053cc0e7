package io.thousandisland.benchmarks;

/** A page of Markdown, written from top to bottom. */
final class Page {

  private final StringBuilder text = new StringBuilder();

  void heading(String title) {
    text.append("## ").append(title).append("\n\n");
  }

  /** Text as it is, and an empty line. */
  void paragraph(String words) {
    text.append(words.stripTrailing()).append("\n\n");
  }

  void list(Iterable<String> items) {
    items.forEach(item -> text.append("- ").append(item).append('\n'));
    text.append('\n');
  }

  /** The head of a table: the first column is text, the others are numbers. */
  void header(String... cells) {
    row(cells);
    text.append("|---|").append("--:|".repeat(cells.length - 1)).append('\n');
  }

  void row(String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  void endOfTable() {
    text.append('\n');
  }

  String finished() {
    return text.toString().stripTrailing() + "\n";
  }
}
