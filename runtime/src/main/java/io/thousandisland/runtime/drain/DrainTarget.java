// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.drain;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.handlers.Generation;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The connections that a drain is about.
 *
 * @param left the connections still to end, as of now
 * @param advice how a connection is advised to finish
 * @param mayMigrate whether connections may go on with another handler instead
 * @param migrated whether a connection that was in {@code left} before has done so
 */
public record DrainTarget(
    Supplier<Collection<Connection>> left,
    Consumer<Connection> advice,
    boolean mayMigrate,
    Predicate<Connection> migrated) {

  /** All connections in {@code live}. */
  public static DrainTarget of(Supplier<Collection<Connection>> live) {
    return new DrainTarget(live, Connection::drain, false, connection -> false);
  }

  /** The connections of {@code live} that are in one of {@code leaving}. */
  public static DrainTarget of(
      List<Generation> leaving, Supplier<Collection<Connection>> live, boolean mayMigrate) {
    return new DrainTarget(
        () -> live.get().stream().filter(c -> isInOneOf(leaving, c)).toList(),
        connection ->
            leaving.stream().filter(connection::isIn).findFirst().ifPresent(connection::retire),
        mayMigrate,
        connection -> leaving.stream().noneMatch(connection::wasIn));
  }

  private static boolean isInOneOf(List<Generation> leaving, Connection connection) {
    return leaving.stream().anyMatch(connection::isIn);
  }
}
