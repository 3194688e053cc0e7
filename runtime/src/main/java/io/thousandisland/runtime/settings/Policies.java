package io.thousandisland.runtime.settings;

/**
 * What becomes of a handler's connections when another handler is to serve.
 *
 * @param rolling whether it goes acceptor by acceptor
 */
public record Policies(
    WhenHandlerLeaves whenHandlerLeaves, WhenBetterArrives whenBetterArrives, boolean rolling) {

  static final Policies DEFAULT =
      new Policies(WhenHandlerLeaves.MIGRATE, WhenBetterArrives.KEEP, false);

  /** When its service goes away. */
  public enum WhenHandlerLeaves {
    /** They go on with the next handler, and wait for one while there is none. */
    MIGRATE,
    /** They are drained; the service is let go when the last one has ended. */
    DRAIN
  }

  /** When a better one arrives. */
  public enum WhenBetterArrives {
    /** They stay with the handler they have. */
    KEEP,
    /** They are drained. */
    DRAIN,
    /** They go on with the better one. */
    MIGRATE
  }
}
