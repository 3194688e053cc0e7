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
   * @param callback name of the callback that threw or answered; empty when it failed outside of
   *     the handler, in a handshake for example
   */
  record Failed(Throwable reason, boolean thrown, String callback) implements Ending {}

  /** No data came in time; the handler heard handleTimeout. */
  record TimedOut() implements Ending {}

  /** The server, its acceptor or its handler was drained; the handler heard handleShutdown. */
  record ShutDown() implements Ending {}

  /** No handler came within the handler wait, so nobody heard of it. */
  record Unserved() implements Ending {}

  /** The shutdown timeout was over before the handler had come to its end. */
  record Forced() implements Ending {}
}
