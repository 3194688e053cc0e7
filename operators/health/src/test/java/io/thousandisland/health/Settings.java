// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.Map;

/** Component properties as Declarative Services gives them: with the defaults of their type. */
final class Settings {
  private Settings() {}

  static <A extends Annotation> A of(Class<A> type, Map<String, Object> values) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                values.getOrDefault(method.getName(), method.getDefaultValue())));
  }
}
