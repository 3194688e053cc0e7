// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.util.List;

/**
 * A configuration that cannot apply. The message names everything that is wrong with it: which key,
 * which value, and what is allowed.
 */
public final class InvalidConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  InvalidConfigurationException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** The problems one by one, at least one. */
  public List<String> problems() {
    return problems;
  }
}
