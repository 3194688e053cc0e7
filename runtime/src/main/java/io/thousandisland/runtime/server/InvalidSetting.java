package io.thousandisland.runtime.server;

/**
 * A configuration value that cannot be; the message names the key, the value and what is allowed.
 */
public final class InvalidSetting extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String key;

  public InvalidSetting(String key, Object value, String allowed) {
    super(key + " is " + value + "; allowed: " + allowed);
    this.key = key;
  }

  public String key() {
    return key;
  }
}
