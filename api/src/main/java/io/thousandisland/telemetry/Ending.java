// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry;

/** How a connection ended. */
public sealed interface Ending {

  /** The peer closed the connection; the handler heard handleClose. */
  record ByPeer() implements Ending {}

  /**
   * The handler, or a holder of a reference to the connection, closed it; the handler heard
   * handleClose.
   */
  record ByUs() implements Ending {}

  /**
   * The connection failed; the handler heard handleError.
   *
   * @param thrown true when {@code reason} was thrown, false when a handler answered with it
   * @param callback name of the callback that threw or answered; empty when the connection failed
   *     outside of the handler, in a handshake for example
   */
  record Failed(Throwable reason, boolean thrown, String callback) implements Ending {}

  /** No data came in time; the handler heard handleTimeout. */
  record TimedOut() implements Ending {}

  /** The peer sent no byte within the {@code firstByteTimeout}; the handler heard handleTimeout. */
  record NoFirstByte() implements Ending {}

  /**
   * The peer sent or took bytes, but fewer than {@code minReceiveRate} or {@code minSendRate}; the
   * handler heard handleTimeout.
   *
   * @param receiving true when the peer sent too slowly, false when it took bytes too slowly
   * @param bytesPerSecond the rate over the last {@code rateWindow}
   */
  record TooSlow(boolean receiving, long bytesPerSecond) implements Ending {}

  /**
   * The connection reached its {@code maxAge}, and ended because of the advice to finish or at the
   * end of the {@code drainTimeout}; the handler heard handleShutdown.
   */
  record Aged() implements Ending {}

  /** The server, its acceptor or its handler was drained; the handler heard handleShutdown. */
  record ShutDown() implements Ending {}

  /** No handler came within the handler wait, so no handler heard of the end. */
  record Unserved() implements Ending {}

  /** The shutdown timeout was over before the handler had come to its end. */
  record Forced() implements Ending {}
}
