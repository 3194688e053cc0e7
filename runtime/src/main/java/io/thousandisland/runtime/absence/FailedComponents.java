// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * The reason why a service could not be obtained. The framework gives null and no reason; SCR knows
 * the exception that the component threw.
 */
public final class FailedComponents {
  private FailedComponents() {}

  /** In words for an operator. */
  public static String why(BundleContext context, ServiceReference<?> reference) {
    return Scr.ask(context, scr -> failure(scr, reference), Optional.<String>empty())
        .map(FailedComponents::cause)
        .orElse("its service factory returned nothing; the framework's log may say why");
  }

  private static Optional<String> failure(
      ServiceComponentRuntime scr, ServiceReference<?> reference) {
    var bundle = reference.getBundle();
    if (bundle == null || !(reference.getProperty("component.name") instanceof String name)) {
      return Optional.empty(); // the service has left, or is no component
    }
    var description = scr.getComponentDescriptionDTO(bundle, name);
    if (description == null) {
      return Optional.empty();
    }
    Object id = reference.getProperty("component.id");
    return scr.getComponentConfigurationDTOs(description).stream()
        .filter(c -> id == null || id.equals(c.id))
        .map(c -> c.failure)
        .filter(text -> text != null && !text.isBlank())
        .findFirst();
  }

  /** The last cause in the stack trace that SCR gives: the exception that the component threw. */
  static String cause(String trace) {
    List<String> lines = trace.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    return lines.stream()
        .filter(line -> line.startsWith("Caused by: "))
        .map(line -> line.substring("Caused by: ".length()))
        .reduce((first, second) -> second)
        .orElse(lines.getFirst());
  }
}
