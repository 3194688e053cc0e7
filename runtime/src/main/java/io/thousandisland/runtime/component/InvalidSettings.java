package io.thousandisland.runtime.component;

import java.util.List;

/** A configuration that cannot be; the message names everything that is wrong with it. */
final class InvalidSettings extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidSettings(List<String> problems) {
    super(String.join("; ", problems));
  }
}
