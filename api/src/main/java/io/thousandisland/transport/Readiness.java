package io.thousandisland.transport;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Hears when a socket could do more. Implemented by the runtime.
 *
 * <p>Thread: any thread of the transport's. Calls throw nothing, may come more often than needed,
 * and return at once, unless they were lent their thread.
 */
@ProviderType
public interface Readiness {

  /** A read would bring bytes, the end of the stream, or an error. */
  void readable();

  /** A write would take bytes, or bring an error. */
  void writable();

  /**
   * The same as {@link #readable()}, on a thread that may be used to read and handle what is there.
   * Until this call returns or {@link ThreadLender#keep} is called, {@code lender} tells nobody
   * else.
   */
  default void readable(ThreadLender lender) {
    readable();
  }

  /**
   * The thread that {@link TransportSocket#askForThread} asked for: it may be used for whatever
   * there is to do. Same terms as in {@link #readable(ThreadLender)}.
   */
  default void lent(ThreadLender lender) {}

  /** Whether a lent thread would be used, as things are now. Any thread. */
  default boolean takesThread() {
    return false;
  }
}
