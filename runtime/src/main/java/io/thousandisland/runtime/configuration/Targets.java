// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/**
 * The filters for the services that a server is made of: one LDAP filter for each kind.
 *
 * <p>SCR never sees these filters. It would apply them before the rest of a configuration is
 * checked, and would drop every service because of a filter that it cannot parse.
 */
public record Targets(Filter handler, Filter transport, Filter listener) {

  /**
   * @throws RefusedConfiguration naming every key whose value is no filter
   */
  public static Targets of(Map<String, Object> properties) {
    var problems = problems(properties);
    if (!problems.isEmpty()) {
      throw new RefusedConfiguration(problems);
    }
    try {
      return new Targets(
          parse(properties, "handler.target"),
          parse(properties, "transport.target"),
          parse(properties, "listener.target"));
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("has just been parsed", e);
    }
  }

  /** The filters that a server begins with: the defaults when one of the given filters is wrong. */
  public static Targets first(Map<String, Object> properties) {
    return of(problems(properties).isEmpty() ? properties : Map.of());
  }

  /** The problems with the filters; empty when there are none. */
  static List<String> problems(Map<String, Object> properties) {
    var problems = new ArrayList<String>();
    for (String key : List.of("handler.target", "transport.target", "listener.target")) {
      try {
        Filter unused = parse(properties, key);
      } catch (InvalidSyntaxException e) {
        problems.add(
            "%s is %s; allowed: an LDAP filter, as in %s (%s)"
                .formatted(key, e.getFilter(), ConfigKeys.defaultOf(key), e.getMessage()));
      }
    }
    return problems;
  }

  private static Filter parse(Map<String, Object> properties, String key)
      throws InvalidSyntaxException {
    Object given = properties.get(key);
    Object value = given == null ? ConfigKeys.defaultOf(key) : given;
    return FrameworkUtil.createFilter(String.valueOf(value).strip());
  }
}
