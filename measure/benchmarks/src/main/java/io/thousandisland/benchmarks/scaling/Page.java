// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

/** A page written by hand, with places between markers whose content is replaced. */
public final class Page {

  private final String name;
  private String text;

  /**
   * @param name its file, for the message when a place is missing
   */
  public Page(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /** Replaces the content between {@code <!-- PLACE -->} and {@code <!-- /PLACE -->}. */
  public void put(String place, String content) {
    String begin = "<!-- " + place + " -->";
    int from = text.indexOf(begin);
    int to = text.indexOf("<!-- /" + place + " -->");
    if (from < 0 || to < from) {
      throw new IllegalStateException(name + " has no place for " + place);
    }
    text = text.substring(0, from + begin.length()) + "\n" + content + text.substring(to);
  }

  public String text() {
    return text;
  }
}
