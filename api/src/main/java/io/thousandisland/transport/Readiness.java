package io.thousandisland.transport;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Hears when a socket could do more. Implemented by the runtime.
 *
 * <p>Thread: any thread of the transport's. Calls return at once, throw nothing, and may come more
 * often than needed.
 */
@ProviderType
public interface Readiness {

  /** A read would bring bytes, the end of the stream, or an error. */
  void readable();

  /** A write would take bytes, or bring an error. */
  void writable();
}
