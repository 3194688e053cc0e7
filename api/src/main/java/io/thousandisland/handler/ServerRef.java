// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The server that a connection belongs to, as its handler sees it: its name, and the options that
 * its configuration has for handlers.
 *
 * <p>An option is a key of the server's configuration that begins with {@code option.}, as in
 * {@code option.greeting = Hello}. The server does not interpret options, and never writes their
 * values into a log or an event. A change of the configuration is seen at the next call.
 *
 * <p>Thread: any. A handler may keep this object for longer than the connection lasts.
 */
@ProviderType
public interface ServerRef {

  /** The configured name. */
  String name();

  /**
   * The option in force, as text. The values of an array are joined by commas.
   *
   * @param key without the prefix {@code option.}
   */
  default Optional<String> option(String key) {
    return Optional.ofNullable(options().get(key));
  }

  /** All options in force, without the prefix of their keys; unmodifiable. */
  Map<String, String> options();
}
