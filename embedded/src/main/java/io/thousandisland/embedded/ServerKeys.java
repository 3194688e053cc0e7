// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * All keys of a server's configuration, as typed methods, and from files and maps.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface ServerKeys<B>
    extends Keys<B>,
        BufferKeys<B>,
        HandlerKeys<B>,
        LeaveKeys<B>,
        LimitKeys<B>,
        ListenKeys<B>,
        ProxyKeys<B>,
        RestartKeys<B>,
        TimeKeys<B>
    permits ServerBuilder, Settings {

  /** Name in status, events and thread names. Default: the handler's name. */
  default B name(String name) {
    return set("name", name);
  }

  /** Sets all keys of a map, see {@link Keys#set}. */
  B from(Map<String, ?> values);

  /** Sets all keys of {@code properties}, their defaults included. */
  default B from(Properties properties) {
    return from(Texts.of(properties));
  }

  /**
   * Sets all keys of a properties file in UTF-8, in the form of {@link Properties#load}.
   *
   * @throws InvalidConfigurationException when it cannot be read; the message names the file
   */
  default B from(Path file) {
    return from(Texts.read(file));
  }
}
