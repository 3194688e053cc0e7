// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import io.thousandisland.handler.Handler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * The components of Declarative Services that would be handlers but have no service: a component is
 * disabled, lacks a configuration or a reference, or has failed.
 */
public final class AbsentComponents {
  private AbsentComponents() {}

  public static List<Absentee> find(BundleContext context) {
    return Scr.ask(context, scr -> find(context, scr), List.of());
  }

  private static List<Absentee> find(BundleContext context, ServiceComponentRuntime scr) {
    var found = new ArrayList<Absentee>();
    for (ComponentDescriptionDTO description : scr.getComponentDescriptionDTOs()) {
      Bundle bundle = context.getBundle(description.bundle.id);
      if (bundle != null && List.of(description.serviceInterfaces).contains(HANDLER)) {
        found.addAll(of(description, bundle, scr));
      }
    }
    return found;
  }

  private static final String HANDLER = Handler.class.getName();

  private static List<Absentee> of(
      ComponentDescriptionDTO description, Bundle bundle, ServiceComponentRuntime scr) {
    if (!scr.isComponentEnabled(description)) {
      return List.of(absentee(description, bundle, description.properties, "it is disabled"));
    }
    var configurations = scr.getComponentConfigurationDTOs(description);
    if (configurations.isEmpty()) {
      return List.of(
          absentee(description, bundle, description.properties, noConfiguration(description)));
    }
    var found = new ArrayList<Absentee>();
    for (ComponentConfigurationDTO configuration : configurations) {
      String why = why(configuration);
      if (why != null && configuration.service == null) {
        var properties = configuration.properties;
        found.add(
            absentee(
                description,
                bundle,
                properties == null ? description.properties : properties,
                why));
      }
    }
    return found;
  }

  private static Absentee absentee(
      ComponentDescriptionDTO description,
      Bundle bundle,
      Map<String, Object> properties,
      String why) {
    return Absentee.component(description.name, bundle, properties, why);
  }

  /** Null for a component that has its service, or will have it in a moment. */
  private static @Nullable String why(ComponentConfigurationDTO configuration) {
    return switch (configuration.state) {
      case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
          noConfiguration(configuration.description);
      case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
          Stream.of(configuration.unsatisfiedReferences)
              .map(reference -> unsatisfied(configuration.description, reference))
              .collect(Collectors.joining(", and "));
      case ComponentConfigurationDTO.FAILED_ACTIVATION ->
          "its activation failed: " + FailedComponents.cause(configuration.failure);
      default -> null;
    };
  }

  private static String noConfiguration(ComponentDescriptionDTO description) {
    return "it has no configuration with the PID "
        + String.join(" or ", description.configurationPid);
  }

  private static String unsatisfied(
      ComponentDescriptionDTO description, UnsatisfiedReferenceDTO unsatisfied) {
    String service =
        Stream.of(description.references)
            .filter(reference -> reference.name.equals(unsatisfied.name))
            .map(reference -> reference.interfaceName)
            .findFirst()
            .orElse("");
    String target = unsatisfied.target;
    return "its reference %s finds no service %s%s"
        .formatted(
            unsatisfied.name,
            service,
            target == null || target.isEmpty() ? "" : " that matches " + target);
  }
}
