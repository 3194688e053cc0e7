package io.thousandisland.runtime.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Settings of a test server with some of them changed, by name. */
final class AlteredSettings {
  private AlteredSettings() {}

  /** {@code changes} are names and values in turn. */
  static ServerSettings of(Object... changes) {
    return of(RunningServer.settings(), changes);
  }

  static ServerSettings of(ServerSettings base, Object... changes) {
    Map<Object, Object> left = new HashMap<>();
    for (int i = 0; i < changes.length; i += 2) {
      left.put(changes[i], changes[i + 1]);
    }
    RecordComponent[] components = ServerSettings.class.getRecordComponents();
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < values.length; i++) {
        Object change = left.remove(components[i].getName());
        values[i] = change != null ? change : components[i].getAccessor().invoke(base);
      }
      if (!left.isEmpty()) {
        throw new IllegalArgumentException("no such settings: " + left);
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return ServerSettings.class.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new AssertionError(e);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
