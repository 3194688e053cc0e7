// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The type {@code S} that a class has put for {@code Handler<S>}, found in the class's declaration.
 *
 * <p>Thread: any; no state.
 */
public final class StateType {
  private StateType() {}

  /** The erased type, or null when the class leaves it open. */
  static @Nullable Class<?> of(Class<?> handler) {
    return erased(find(handler, new HashMap<>()));
  }

  /** Walks up from {@code type}, and carries along the type that stands for each type variable. */
  private static @Nullable Type find(
      @Nullable Type type, Map<TypeVariable<?>, @Nullable Type> known) {
    Class<?> raw = erased(type);
    if (raw == null) {
      return null;
    }
    if (type instanceof ParameterizedType parameterized) {
      Type[] arguments = parameterized.getActualTypeArguments();
      for (int i = 0; i < arguments.length; i++) {
        Type argument = arguments[i];
        known.put(
            raw.getTypeParameters()[i],
            argument instanceof TypeVariable<?> variable ? known.get(variable) : argument);
      }
    }
    if (raw == Handler.class) {
      return known.get(Handler.class.getTypeParameters()[0]);
    }
    for (Type above : raw.getGenericInterfaces()) {
      Type found = find(above, known);
      if (found != null) {
        return found;
      }
    }
    return find(raw.getGenericSuperclass(), known);
  }

  private static @Nullable Class<?> erased(@Nullable Type type) {
    if (type == null) {
      return null;
    }
    return switch (type) {
      case Class<?> plain -> plain;
      case ParameterizedType parameterized -> (Class<?>) parameterized.getRawType();
      case GenericArrayType array -> Object[].class;
      default -> null;
    };
  }
}
