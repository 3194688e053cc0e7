package io.thousandisland.runtime.server;

import io.thousandisland.server.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a server's status is derived from, and the one place that derives it.
 *
 * <p>Thread: the server's own.
 */
final class Situation {

  /** A status, and why, in words for an operator; empty where there is nothing to say. */
  record Condition(Status status, String reason) {
    static final Condition FIRST = new Condition(Status.STARTING, "not started");

    /** Whether an operator should hear of it, after {@code before}. */
    boolean isNews(Condition before) {
      boolean trouble = status == Status.WAITING || status == Status.FAILED;
      return status != before.status || (trouble && !reason.equals(before.reason));
    }
  }

  /** Told to serve, with a configuration that is sound. */
  boolean told;

  boolean suspended;
  boolean stopping;
  boolean stopped;

  /** Drains of the whole server that are under way. */
  int drains;

  boolean treeUp;

  /** Why the tree is not up. */
  @Nullable Throwable treeFailure;

  @Nullable String noTransport = "no transport bound";
  @Nullable String noHandler = "no handler bound";

  /** What was wrong with the newest configuration. */
  @Nullable String refused;

  /** What is wrong with a handler though one serves. */
  @Nullable String trouble;

  /** Why there are not as many acceptors as there should be. */
  @Nullable String acceptors;

  /** What the server waits for before it can serve; null when it has it, or is not to serve. */
  @Nullable String missing() {
    if (!told || stopping || suspended) {
      return null;
    }
    return noTransport == null ? noHandler : noTransport;
  }

  /** The first that applies, from what lasts to what passes. */
  Condition condition(Listener listener) {
    Throwable portFailure = listener.failure();
    if (stopped) {
      return new Condition(Status.STOPPED, "");
    } else if (drains > 0 || stopping) {
      return new Condition(Status.DRAINING, "");
    } else if (!told && refused != null) {
      return new Condition(Status.FAILED, refused);
    } else if (!told) {
      return Condition.FIRST;
    } else if (treeFailure != null) {
      return new Condition(Status.FAILED, treeFailure.toString());
    } else if (suspended) {
      return new Condition(Status.SUSPENDED, "");
    } else if (noTransport != null) {
      return new Condition(Status.WAITING, noTransport);
    } else if (noHandler != null) {
      return new Condition(Status.WAITING, noHandler);
    } else if (portFailure != null) {
      return new Condition(Status.FAILED, String.valueOf(portFailure.getMessage()));
    } else if (treeUp && listener.address() != null) {
      return new Condition(
          Status.RUNNING, firstOf(refused, trouble, acceptors, listener.pending()));
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
