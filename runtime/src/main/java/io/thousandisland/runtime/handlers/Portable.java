// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The check whether an object may outlive the bundle it comes from. Objects of the JDK's types or
 * the api's may, and so may arrays, collections, maps and optionals of such objects. Other objects
 * of the JDK are trusted without a look inside. So are other iterables, because to iterate may
 * never end ({@code java.nio.file.Path} is an iterable of itself) or may use up the elements.
 *
 * <p>Thread: any; the object is only looked at.
 */
public final class Portable {

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private Portable() {}

  /** The first class found in {@code value} that belongs to a foreign bundle. */
  public static Optional<Class<?>> foreign(@Nullable Object value) {
    return Optional.ofNullable(new Portable().find(value));
  }

  private @Nullable Class<?> find(@Nullable Object value) {
    if (value == null || !seen.add(value)) {
      return null;
    }
    Class<?> type = value instanceof Class<?> itself ? itself : value.getClass();
    if (!ours(type)) {
      return type;
    }
    return switch (value) {
      case Object[] array -> first(java.util.Arrays.asList(array));
      case Collection<?> several -> first(several);
      case Map<?, ?> map -> first(map.entrySet());
      case Map.Entry<?, ?> entry ->
          first(java.util.Arrays.asList(entry.getKey(), entry.getValue()));
      case Optional<?> optional -> find(optional.orElse(null));
      default -> null;
    };
  }

  private @Nullable Class<?> first(Collection<?> several) {
    for (Object one : several) {
      Class<?> found = find(one);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static boolean ours(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    ClassLoader loader = element.getClassLoader();
    return loader == null
        || loader == ClassLoader.getPlatformClassLoader()
        || loader == Handler.class.getClassLoader();
  }
}
