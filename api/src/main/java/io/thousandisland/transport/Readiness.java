// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The listener that a socket tells when it could do more. Implemented by the runtime.
 *
 * <p>Thread: any thread of the transport's, and the thread that closes the socket. Calls throw
 * nothing, may come more often than needed, and return at once, unless they were lent their thread.
 */
@ProviderType
public interface Readiness {

  /** A read would bring bytes, the end of the stream, or an error. */
  void readable();

  /** A write would take bytes, or bring an error. */
  void writable();

  /**
   * The same as {@link #readable()}, on a thread that may be used to read, and to handle the bytes
   * read. Until this call returns or {@link ThreadLender#keep} is called, {@code lender} tells no
   * other listener.
   */
  default void readable(ThreadLender lender) {
    readable();
  }

  /**
   * Lends the thread that {@link TransportSocket#askForThread} asked for: it may be used for any
   * work there is. The terms are those of {@link #readable(ThreadLender)}.
   */
  default void lent(ThreadLender lender) {}

  /** Whether a lent thread would be used, as things are now. Any thread. */
  default boolean takesThread() {
    return false;
  }
}
