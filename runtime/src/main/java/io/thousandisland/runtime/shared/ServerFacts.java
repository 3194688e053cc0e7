// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import io.thousandisland.handler.ServerRef;
import io.thousandisland.runtime.settings.ServerSettings;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The facts of one server that its handlers may know.
 *
 * <p>Thread: any. It knows the settings in force and nothing else, so a handler that keeps it keeps
 * no part of the server's tree.
 *
 * @param settings gives the settings in force
 */
record ServerFacts(Supplier<ServerSettings> settings) implements ServerRef {

  @Override
  public String name() {
    return settings.get().name();
  }

  @Override
  public Map<String, String> options() {
    return settings.get().options();
  }
}
