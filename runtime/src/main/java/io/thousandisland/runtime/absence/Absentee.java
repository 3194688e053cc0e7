// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import io.thousandisland.server.HandlerInfo;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.Filter;

/**
 * A handler that no server can have: a component without its service, a service that cannot be
 * used, or a bundle that has not started.
 *
 * @param called the label for operators
 * @param component name of its component; empty when it is no component, or the name is not known
 * @param properties of the service that it has, or would have, as far as they are known
 * @param why the reason, in words that continue after <em>but</em>
 */
public record Absentee(
    String called, String component, Bundle bundle, Map<String, Object> properties, String why) {

  public static Absentee component(
      String name, Bundle bundle, Map<String, Object> properties, String why) {
    return new Absentee(
        "component %s of bundle %s".formatted(name, label(bundle)), name, bundle, properties, why);
  }

  /** Its symbolic name and version. */
  public static String label(Bundle bundle) {
    return bundle.getSymbolicName() + " " + bundle.getVersion();
  }

  /** Empty when the handler has no name, or the name is not known. */
  String name() {
    return properties.get("handler.name") instanceof String name ? name : "";
  }

  boolean matches(Filter wanted) {
    return wanted.matches(properties);
  }

  public HandlerInfo info() {
    return new HandlerInfo(
        name(),
        properties.get("service.ranking") instanceof Integer ranking ? ranking : 0,
        component,
        String.valueOf(bundle.getSymbolicName()),
        bundle.getVersion().toString(),
        BuildTime.of(bundle),
        List.of(),
        why);
  }
}
