// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/** The faults of a check's configuration, in words for an operator: values and keys. */
final class Faults {

  private static final String TARGET = "servers.target";

  /** The keys of Declarative Services for the reference {@code servers}. */
  private static final Set<String> REFERENCE = Set.of(TARGET, "servers.cardinality.minimum");

  /**
   * The keys of Configuration Admin, Declarative Services, Felix Health Checks, and the tools that
   * feed them.
   */
  private static final List<String> PLATFORM =
      List.of(
          "hc.",
          "service.",
          ".",
          "component.",
          "felix.",
          "org.apache.felix.",
          "org.apache.karaf.",
          ":configurator:",
          "osgi.ds.");

  private Faults() {}

  /**
   * One line for each wrong value, and for each unknown key. The value of an unknown key is not
   * told: it may be a secret.
   *
   * @param settings declares the keys of the check
   */
  static List<String> of(
      Class<? extends Annotation> settings, Map<String, Object> properties, StatusKey... values) {
    return Stream.of(
            Stream.of(values).map(StatusKey::fault).flatMap(Optional::stream),
            target(properties).stream(),
            unknownKeys(settings, properties))
        .flatMap(faults -> faults)
        .toList();
  }

  /** Declarative Services binds no server when this is no filter. */
  private static Optional<String> target(Map<String, Object> properties) {
    Object target = properties.get(TARGET);
    try {
      if (target != null) {
        Filter unused = FrameworkUtil.createFilter(target.toString());
      }
      return Optional.empty();
    } catch (InvalidSyntaxException wrong) {
      return Optional.of(
          TARGET + " is '" + target + "'; allowed is a filter, such as (server.name=echo)");
    }
  }

  private static Stream<String> unknownKeys(
      Class<? extends Annotation> settings, Map<String, Object> properties) {
    List<String> known =
        Stream.of(settings.getDeclaredMethods()).map(Method::getName).sorted().toList();
    String allowed = "allowed are " + String.join(", ", known) + ", " + TARGET + " and hc.*";
    return properties.keySet().stream()
        .filter(key -> !known.contains(key) && !REFERENCE.contains(key))
        .filter(key -> PLATFORM.stream().noneMatch(key::startsWith))
        .sorted()
        .map(key -> "unknown key " + key + "; " + allowed);
  }
}
