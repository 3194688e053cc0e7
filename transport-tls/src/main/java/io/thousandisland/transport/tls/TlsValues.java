// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration made of keys and values, as Declarative Services make one in a framework. The
 * keys have been checked by {@link TlsKeys}.
 */
final class TlsValues {
  private TlsValues() {}

  static TlsConfig of(Map<String, Object> properties) {
    return (TlsConfig)
        Proxy.newProxyInstance(
            TlsConfig.class.getClassLoader(),
            new Class<?>[] {TlsConfig.class},
            (proxy, method, arguments) ->
                value(method, properties.get(method.getName().replace('_', '.'))));
  }

  private static Object value(Method method, @Nullable Object given) {
    Class<?> wanted = method.getReturnType();
    if (given == null) {
      return method.getDefaultValue();
    }
    if (wanted == int.class) {
      return Integer.valueOf(String.valueOf(given).strip());
    }
    return wanted == String[].class ? texts(given) : String.valueOf(given);
  }

  private static String[] texts(Object given) {
    return switch (given) {
      case Object[] several -> Arrays.stream(several).map(String::valueOf).toArray(String[]::new);
      case Collection<?> several -> several.stream().map(String::valueOf).toArray(String[]::new);
      default -> new String[] {String.valueOf(given)};
    };
  }
}
