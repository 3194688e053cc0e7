package io.thousandisland.runtime.server;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a handler gave away of one connection's state, for another handler to take up. Refers to
 * nothing of the bundle it comes from.
 *
 * @param from number of the generation that gave it away
 * @param stateType name of that handler's state type; null when it is not known
 * @param takenAt when, a {@link System#nanoTime}
 */
record Snapshot(@Nullable Object value, int from, @Nullable String stateType, long takenAt) {

  /**
   * Asks {@code handler} for it.
   *
   * @throws Exception when it declines, fails, or gives away a type of its own bundle
   */
  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  static Snapshot of(
      Generation left, Handler<@Nullable Object> handler, Socket socket, @Nullable Object state)
      throws Exception {
    Object value = handler.exportState(socket, state);
    Optional<Class<?>> foreign = Portable.foreign(value);
    if (foreign.isPresent()) {
      throw new MigrationDeclinedException(
          "exportState gave away a "
              + foreign.get().getName()
              + ", which cannot outlive its bundle; allowed: types of the JDK and of the api");
    }
    Class<?> type = StateType.of(handler.getClass());
    return new Snapshot(
        value, left.number(), type == null ? null : type.getName(), System.nanoTime());
  }

  /**
   * Has {@code handler} take it up.
   *
   * @throws Exception when it declines or fails
   */
  Next<@Nullable Object> restore(Handler<@Nullable Object> handler, Socket socket)
      throws Exception {
    if (takesAnything(handler.getClass())) {
      requireType(StateType.of(handler.getClass()));
    }
    return handler.importState(value, socket);
  }

  /** True for a handler that did not write {@code importState} itself, and so does not check. */
  private static boolean takesAnything(Class<?> handler) throws NoSuchMethodException {
    return handler.getMethod("importState", Object.class, Socket.class).getDeclaringClass()
        == Handler.class;
  }

  private boolean fits(Class<?> wanted) {
    if (value == null) {
      // it says nothing of its type, so that of who gave it away must be the same
      return wanted == Void.class || wanted.getName().equals(stateType);
    }
    return wanted.isInstance(value);
  }

  private void requireType(@Nullable Class<?> wanted) throws MigrationDeclinedException {
    if (wanted == null) {
      return;
    }
    if (!fits(wanted)) {
      throw new MigrationDeclinedException(
          "the state given away is %s, the next handler's is a %s, and that has no importState"
              .formatted(
                  value == null ? "null for a " + stateType : "a " + value.getClass().getName(),
                  wanted.getName()));
    }
  }
}
