package io.thousandisland.runtime.component;

import java.util.List;

/** A configuration that cannot be; the message names everything that is wrong with it. */
final class InvalidSettings extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String problems;

  InvalidSettings(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = String.join("; ", problems);
  }

  /** The message. */
  String problems() {
    return problems;
  }
}
