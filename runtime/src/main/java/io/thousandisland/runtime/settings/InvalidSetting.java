// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

/**
 * A configuration value that is not allowed. The message names the key, the value and the allowed
 * values.
 */
public final class InvalidSetting extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final String allowed;

  public InvalidSetting(String key, Object value, String allowed) {
    super(key + " is " + value + "; allowed: " + allowed);
    this.key = key;
    this.allowed = allowed;
  }

  public String key() {
    return key;
  }

  public String allowed() {
    return allowed;
  }
}
