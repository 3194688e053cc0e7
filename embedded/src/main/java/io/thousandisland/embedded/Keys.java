// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

/**
 * The keys of a server's configuration. Each typed method sets the key of its name, and replaces an
 * earlier value. Values are checked all together, when they are to apply.
 *
 * @param <B> the type of the object itself, which the methods return
 */
public sealed interface Keys<B>
    permits BufferKeys,
        HandlerKeys,
        LeaveKeys,
        LimitKeys,
        ListenKeys,
        ProxyKeys,
        RestartKeys,
        ServerKeys,
        TimeKeys {

  /**
   * Sets a key by its name, as a configuration file does: {@code set("readTimeout", "2s")}.
   *
   * @param value a text, a number, a truth value, or an array or collection of them
   */
  B set(String key, Object value);

  /** Sets a key back to its default. */
  B unset(String key);
}
