// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** Configurations as the framework gives them to the component. */
final class Configs {

  private Configs() {}

  /**
   * @param values keys and values in turn; the other keys have their defaults
   */
  static TlsConfig of(Object... values) {
    Map<String, Object> given = new HashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      given.put((String) values[i], values[i + 1]);
    }
    return (TlsConfig)
        Proxy.newProxyInstance(
            TlsConfig.class.getClassLoader(),
            new Class<?>[] {TlsConfig.class},
            (proxy, method, arguments) -> {
              Object value = given.remove(method.getName());
              if (value == null) {
                return method.getDefaultValue();
              }
              given.put(method.getName(), value);
              return method.getReturnType().isArray() && value instanceof String text
                  ? new String[] {text}
                  : value;
            });
  }
}
