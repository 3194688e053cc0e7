package io.thousandisland.runtime.component;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * Why a service could not be obtained. Whoever asks the framework for it is only given nothing; SCR
 * knows what its component has thrown.
 */
final class FailedComponents {
  private FailedComponents() {}

  /** In words for an operator. */
  static String why(BundleContext context, ServiceReference<?> reference) {
    String failure = null;
    var runtime = context.getServiceReference(ServiceComponentRuntime.class);
    if (runtime != null) {
      try {
        ServiceComponentRuntime scr = context.getService(runtime);
        failure = scr == null ? null : failure(scr, reference);
      } finally {
        boolean unused = context.ungetService(runtime);
      }
    }
    return failure == null
        ? "its bundle gave nothing; the log of the framework may say why"
        : cause(failure);
  }

  private static @Nullable String failure(
      ServiceComponentRuntime scr, ServiceReference<?> reference) {
    var bundle = reference.getBundle();
    if (bundle == null || !(reference.getProperty("component.name") instanceof String name)) {
      return null; // it has left, or is no component
    }
    var description = scr.getComponentDescriptionDTO(bundle, name);
    if (description == null) {
      return null;
    }
    Object id = reference.getProperty("component.id");
    return scr.getComponentConfigurationDTOs(description).stream()
        .filter(c -> id == null || id.equals(c.id))
        .map(c -> c.failure)
        .filter(text -> text != null && !text.isBlank())
        .findFirst()
        .orElse(null);
  }

  /** SCR tells a whole stack trace; its last cause is what the component threw. */
  private static String cause(String trace) {
    List<String> lines = trace.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    return lines.stream()
        .filter(line -> line.startsWith("Caused by: "))
        .map(line -> line.substring("Caused by: ".length()))
        .reduce((first, second) -> second)
        .orElse(lines.getFirst());
  }
}
