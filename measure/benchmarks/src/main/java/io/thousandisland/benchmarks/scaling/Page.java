package io.thousandisland.benchmarks.scaling;

/** A page written by hand, with places between markers whose content is replaced. */
final class Page {

  private String text;

  Page(String text) {
    this.text = text;
  }

  /** Replaces the content between {@code <!-- NAME -->} and {@code <!-- /NAME -->}. */
  void put(String name, String content) {
    String begin = "<!-- " + name + " -->";
    int from = text.indexOf(begin);
    int to = text.indexOf("<!-- /" + name + " -->");
    if (from < 0 || to < from) {
      throw new IllegalStateException("docs/scaling.md has no place for " + name);
    }
    text = text.substring(0, from + begin.length()) + "\n" + content + text.substring(to);
  }

  String text() {
    return text;
  }
}
