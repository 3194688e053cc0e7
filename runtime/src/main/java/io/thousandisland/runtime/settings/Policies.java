// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

/**
 * The policies for a handler's connections when another handler is to serve.
 *
 * @param rolling whether the change goes acceptor by acceptor
 */
public record Policies(
    WhenHandlerLeaves whenHandlerLeaves, WhenBetterArrives whenBetterArrives, boolean rolling) {

  static final Policies DEFAULT =
      new Policies(WhenHandlerLeaves.MIGRATE, WhenBetterArrives.KEEP, false);

  /** The policy for connections of a handler whose service goes away. */
  public enum WhenHandlerLeaves {
    /** The connections go on with the next handler, and wait for a handler while there is none. */
    MIGRATE,
    /** The connections are drained; the service is let go when the last connection has ended. */
    DRAIN
  }

  /** The policy for connections when a better handler arrives. */
  public enum WhenBetterArrives {
    /** The connections stay with the handler they have. */
    KEEP,
    /** The connections are drained. */
    DRAIN,
    /** The connections go on with the better handler. */
    MIGRATE
  }
}
