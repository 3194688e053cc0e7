package io.thousandisland.telemetry;

/** How a connection ended. */
public sealed interface Ending {

  /** The peer closed it; the handler heard handleClose. */
  record ByPeer() implements Ending {}

  /** The handler, or a holder of its reference, closed it; the handler heard handleClose. */
  record ByUs() implements Ending {}

  /**
   * It failed; the handler heard handleError.
   *
   * @param thrown true when {@code reason} was thrown, false when a handler answered with it
   */
  record Failed(Throwable reason, boolean thrown) implements Ending {}

  /** No data came in time; the handler heard handleTimeout. */
  record TimedOut() implements Ending {}

  /** The server, its acceptor or its handler was drained; the handler heard handleShutdown. */
  record ShutDown() implements Ending {}

  /** The shutdown timeout was over before the handler had come to its end. */
  record Forced() implements Ending {}
}
