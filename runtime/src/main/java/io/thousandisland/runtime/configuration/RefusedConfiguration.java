// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import java.util.List;

/** A configuration that is not valid; the message names everything that is wrong with it. */
public final class RefusedConfiguration extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> each;
  private final String problems;

  public RefusedConfiguration(List<String> problems) {
    super(String.join("; ", problems));
    this.each = List.copyOf(problems);
    this.problems = String.join("; ", problems);
  }

  /** The message. */
  public String problems() {
    return problems;
  }

  /** The problems one by one. */
  public List<String> each() {
    return each;
  }
}
