// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import io.thousandisland.runtime.signals.Later;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The owners of the server names. Each name has one owner, because two servers of one name could
 * not be told apart in events, commands and thread names.
 *
 * <p>Thread: any.
 */
final class ServerNames {

  /** A configured server that needs a name. */
  interface Bearer {
    /** The PID of its configuration. */
    String pid();

    /** A name has become free. Called on a thread of {@link Later}. */
    void nameIsFree();
  }

  private final Later later;

  /** Guarded by this. */
  private final Map<String, Bearer> bearers = new HashMap<>();

  /** The servers that were refused a name, with that name; guarded by this. */
  private final Map<Bearer, String> waiting = new HashMap<>();

  ServerNames(Later later) {
    this.later = later;
  }

  /**
   * Takes {@code name} for {@code bearer}, which keeps the names it has.
   *
   * @return the problem, if another server has the name; {@code bearer} is then told when the name
   *     is free
   */
  synchronized Optional<String> claim(String name, Bearer bearer) {
    Bearer has = bearers.putIfAbsent(name, bearer);
    if (has == null || has == bearer) {
      waiting.remove(bearer);
      return Optional.empty();
    }
    waiting.put(bearer, name);
    return Optional.of(
        "name is %s; allowed: a name that no other server has (configuration %s has this name)"
            .formatted(name, has.pid()));
  }

  /** {@code bearer} gives up all its names but {@code kept}. */
  synchronized void keepOnly(String kept, Bearer bearer) {
    boolean given =
        bearers.entrySet().removeIf(e -> e.getValue() == bearer && !e.getKey().equals(kept));
    if (given) {
      waiting.forEach(
          (waiter, name) -> {
            if (!bearers.containsKey(name)) {
              var unused = later.in(Duration.ZERO, waiter::nameIsFree);
            }
          });
    }
  }

  /** {@code bearer} is going. */
  synchronized void release(Bearer bearer) {
    waiting.remove(bearer);
    keepOnly("", bearer); // no server has the empty name
  }
}
