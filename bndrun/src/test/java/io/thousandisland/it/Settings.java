// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.util.HashMap;
import java.util.Map;

/** The settings of a server, as a configuration has them. */
final class Settings {

  private Settings() {}

  /**
   * The settings of a server that ends soon. Its handler is the one of that name.
   *
   * @param more keys and their values in turn
   */
  static Map<String, Object> of(String handler, Object... more) {
    var settings = new HashMap<String, Object>();
    settings.put("handler.target", "(handler.name=" + handler + ")");
    settings.put("drainTimeout", "10s");
    settings.put("shutdownTimeout", "5s");
    return and(settings, more);
  }

  /** {@code settings} and others, which count if a key is in both. */
  static Map<String, Object> and(Map<String, Object> settings, Object... more) {
    var all = new HashMap<>(settings);
    for (int i = 0; i < more.length; i += 2) {
      all.put((String) more[i], more[i + 1]);
    }
    return all;
  }
}
