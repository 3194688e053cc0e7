// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of one connection's state that a handler gave away, for another handler to take up. It
 * refers to nothing of the bundle it comes from, unless it has an {@code owner}.
 *
 * @param from number of the generation that gave it away
 * @param stateType name of that handler's state type; null when it is not known
 * @param owner not null when the value is the state object itself, of a type of the handler's own
 *     bundle: then only a handler of this very class can take it up
 * @param takenAt the time when it was taken, a {@link System#nanoTime}
 */
public record Snapshot(
    @Nullable Object value,
    int from,
    @Nullable String stateType,
    @Nullable Class<?> owner,
    long takenAt) {

  /**
   * Asks {@code handler} for the snapshot.
   *
   * @throws Exception when the handler declines, fails, or gives away a type of its own bundle
   */
  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  public static Snapshot of(
      Generation left, Handler<@Nullable Object> handler, Socket socket, @Nullable Object state)
      throws Exception {
    Object value = handler.exportState(socket, state);
    Class<?> owner = null;
    Optional<Class<?>> foreign = Portable.foreign(value);
    if (foreign.isPresent()) {
      if (value != state || isWritten(handler, "exportState")) {
        throw cannotOutlive(foreign.get());
      }
      owner = handler.getClass();
    }
    Class<?> type = StateType.of(handler.getClass());
    return new Snapshot(
        value, left.number(), type == null ? null : type.getName(), owner, System.nanoTime());
  }

  private static MigrationDeclinedException cannotOutlive(Class<?> type) {
    return new MigrationDeclinedException(
        "exportState returned a "
            + type.getName()
            + ", which cannot outlive its bundle; allowed: types of the JDK and of the api");
  }

  /**
   * Returns when {@code next} can take the snapshot up, or, if there is no next handler yet, when a
   * later handler may.
   *
   * @param classesStay whether the bundle that the snapshot comes from stays
   * @throws MigrationDeclinedException when no handler could
   */
  public void requireHeir(@Nullable Handler<?> next, boolean classesStay)
      throws MigrationDeclinedException {
    boolean heir = next == null ? classesStay : next.getClass() == owner;
    if (owner != null && !heir) {
      throw cannotOutlive(Portable.foreign(value).orElse(owner));
    }
  }

  /**
   * Has {@code handler} take the snapshot up. A state object of the handler's own class goes on
   * unchanged.
   *
   * @throws Exception when the handler declines or fails
   */
  public Next<@Nullable Object> restore(Handler<@Nullable Object> handler, Socket socket)
      throws Exception {
    if (owner != null) {
      requireHeir(handler, false);
      return goOn();
    }
    if (!isWritten(handler, "importState")) {
      requireType(StateType.of(handler.getClass()));
    }
    Next<@Nullable Object> answer = handler.importState(value, socket);
    if (answer == null) {
      throw new NullPointerException(handler.getClass().getName() + ".importState returned null");
    }
    return answer;
  }

  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private Next<@Nullable Object> goOn() {
    return Next.proceed(value);
  }

  /** False for a handler that has the default of {@code exportState} or {@code importState}. */
  private static boolean isWritten(Handler<?> handler, String method) throws Exception {
    Class<?>[] parameters =
        method.equals("exportState")
            ? new Class<?>[] {Socket.class, Object.class}
            : new Class<?>[] {Object.class, Socket.class};
    return handler.getClass().getMethod(method, parameters).getDeclaringClass() != Handler.class;
  }

  private boolean fits(Class<?> wanted) {
    if (value == null) {
      // null says nothing of its type, so the state type of the handler before must be the same
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
          "the exported state is %s; the next handler needs a %s, and has no importState"
              .formatted(
                  value == null ? "null for a " + stateType : "a " + value.getClass().getName(),
                  wanted.getName()));
    }
  }
}
