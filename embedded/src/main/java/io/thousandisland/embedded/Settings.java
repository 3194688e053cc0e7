// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.runtime.configuration.RefusedConfiguration;
import io.thousandisland.runtime.configuration.SettingsReader;
import io.thousandisland.runtime.settings.ServerSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The keys and values of one server's configuration.
 *
 * <p>Thread: one at a time.
 */
public final class Settings implements ServerKeys<Settings> {

  /** The keys that choose services of a framework, and what stands for them here. */
  static final Map<String, String> OF_SERVICES =
      Map.of(
          "handler.target", "the handler that is given to ThousandIsland.serve",
          "transport.target", "the transport that is given to over",
          "listener.target", "the listeners that are given to listener");

  private final Map<String, Object> values;

  Settings(Map<String, Object> values) {
    this.values = new HashMap<>(values);
  }

  @Override
  public Settings set(String key, Object value) {
    values.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, key));
    return this;
  }

  @Override
  public Settings unset(String key) {
    values.remove(key);
    return this;
  }

  @Override
  public Settings from(Map<String, ?> others) {
    others.forEach(this::set);
    return this;
  }

  Settings copy() {
    return new Settings(values);
  }

  /**
   * The settings that they stand for.
   *
   * @param name of the server, unless a key says another
   * @param more problems that are told together with those of the keys
   * @throws InvalidConfigurationException when there is any problem
   */
  ServerSettings read(String name, List<String> more) {
    var problems = new ArrayList<String>();
    var own = new HashMap<String, Object>(values);
    own.put("name", nameOr(name));
    OF_SERVICES.entrySet().stream()
        .filter(each -> own.remove(each.getKey()) != null)
        .map(
            each ->
                each.getKey() + " is for services of a framework; here it is " + each.getValue())
        .sorted()
        .forEach(problems::add);
    ServerSettings read = ServerSettings.defaults(name);
    try {
      read = SettingsReader.read(own);
    } catch (RefusedConfiguration refused) {
      problems.addAll(refused.each());
    }
    problems.addAll(more);
    if (!problems.isEmpty()) {
      throw new InvalidConfigurationException(problems);
    }
    return read;
  }

  /** An empty name is none, as in a framework. */
  private String nameOr(String otherwise) {
    Object own = values.get("name");
    String text = own == null ? "" : own.toString().strip();
    return text.isEmpty() ? otherwise : text;
  }

  /** The keys and values; those of options for handlers, which may be secrets, are left out. */
  @Override
  public String toString() {
    var shown = new HashMap<String, Object>(values);
    shown.keySet().removeIf(key -> key.startsWith("option."));
    return shown.toString();
  }
}
