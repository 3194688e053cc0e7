// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.listening.Listeners;
import io.thousandisland.server.Status;
import org.jspecify.annotations.Nullable;

/**
 * The facts that a server's status is derived from, and the one place that derives it.
 *
 * <p>Thread: the server's own.
 */
final class ServerState {

  /** A status, and its reason in words for an operator; empty when there is nothing to say. */
  record Condition(Status status, String reason) {
    static final Condition FIRST = new Condition(Status.STARTING, "not started");

    /** Whether the server is ready for connections. */
    boolean isReady() {
      return status == Status.RUNNING;
    }

    /** Whether an operator should hear of this condition, after {@code before}. */
    boolean isNews(Condition before) {
      boolean trouble = status == Status.WAITING || status == Status.FAILED;
      return status != before.status || (trouble && !reason.equals(before.reason));
    }
  }

  /** True when told to serve, with a sound configuration. */
  boolean configured;

  boolean suspended;
  boolean stopping;
  boolean stopped;

  /** Drains of the whole server that are under way. */
  int drains;

  /** Whether one of them is in its lame duck phase: the port is still open. */
  boolean lameDuck;

  /** Whether the server is suspended when it is a lame duck no more. */
  boolean suspendsLater;

  boolean treeUp;

  /** The reason why the tree is not up. */
  @Nullable Throwable treeFailure;

  @Nullable String noTransport = "no transport bound";
  @Nullable String noHandler = "no handler bound";

  /** The fault of the newest configuration. */
  @Nullable String refused;

  /** The trouble with a handler while one serves. */
  @Nullable String trouble;

  /** The reason why there are fewer acceptors than there should be. */
  @Nullable String acceptors;

  /** Whether it is told to serve. */
  boolean serves() {
    return configured && !suspended && !stopping;
  }

  /**
   * The reason why the server waits before it can serve; null when nothing is missing, or it is not
   * to serve.
   */
  @Nullable String missing() {
    if (!serves()) {
      return null;
    }
    return noTransport == null ? noHandler : noTransport;
  }

  /** The first condition that applies, from lasting ones to passing ones. */
  Condition condition(Listeners listeners) {
    String cannotListen = listeners.trouble();
    if (stopped) {
      return new Condition(Status.STOPPED, "");
    } else if (drains > 0 || stopping) {
      return new Condition(
          Status.DRAINING,
          lameDuck && listeners.address() != null
              ? "a lame duck: it still accepts connections"
              : "");
    } else if (!configured && refused != null) {
      return new Condition(Status.FAILED, refused);
    } else if (!configured) {
      return Condition.FIRST;
    } else if (treeFailure != null) {
      return new Condition(Status.FAILED, treeFailure.toString());
    } else if (suspended) {
      return new Condition(Status.SUSPENDED, "");
    } else if (noTransport != null) {
      return new Condition(Status.WAITING, noTransport);
    } else if (noHandler != null) {
      return new Condition(Status.WAITING, noHandler);
    } else if (cannotListen != null && !listeners.serves()) {
      return new Condition(Status.FAILED, cannotListen);
    } else if (treeUp && listeners.address() != null) {
      return new Condition(
          Status.RUNNING, firstOf(refused, trouble, cannotListen, acceptors, listeners.pending()));
    }
    return new Condition(Status.STARTING, "");
  }

  private static String firstOf(@Nullable String... reasons) {
    for (String reason : reasons) {
      if (reason != null) {
        return reason;
      }
    }
    return "";
  }
}
