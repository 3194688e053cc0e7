// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.absence.Absentee;
import io.thousandisland.runtime.handlers.HandlerBinding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWiring;

/**
 * The handler services of the whole framework, including services that no server can call or find.
 */
public final class HandlerServices {

  private static final String HANDLER = Handler.class.getName();
  private static final String PACKAGE = Handler.class.getPackageName();

  static final String NAMELESS = "its service has no handler.name";

  private HandlerServices() {}

  /** The services whose {@code Handler} class is the server's, so that the server can call them. */
  static List<ServiceReference<?>> callable(BundleContext context) {
    return all(context).filter(reference -> isCallable(context, reference)).toList();
  }

  /** Empty when the service has no name. */
  static String name(ServiceReference<?> reference) {
    return reference.getProperty("handler.name") instanceof String name ? name : "";
  }

  static HandlerBinding.Facts facts(ServiceReference<?> reference) {
    Bundle bundle = reference.getBundle();
    return new HandlerBinding.Facts(
        String.valueOf(reference.getProperty("handler.name")),
        bundle == null ? "" : bundle.getVersion().toString(),
        Candidates.idOf(reference),
        reference.getProperty("service.ranking") instanceof Integer ranking ? ranking : 0,
        Boolean.parseBoolean(String.valueOf(reference.getProperty("handler.nonblocking"))));
  }

  /** The label, for operators, of a handler that has a name. */
  static String called(ServiceReference<?> reference) {
    HandlerBinding.Facts facts = facts(reference);
    Bundle bundle = reference.getBundle();
    return "handler %s %s of bundle %s"
        .formatted(facts.name(), facts.version(), bundle == null ? "?" : bundle.getSymbolicName());
  }

  private static boolean isCallable(BundleContext context, ServiceReference<?> reference) {
    return reference.isAssignableTo(context.getBundle(), HANDLER);
  }

  /** The services that no server can call, or find by a name. */
  static List<Absentee> unusable(BundleContext context) {
    var found = new ArrayList<Absentee>();
    all(context)
        .forEach(
            reference -> {
              Bundle bundle = reference.getBundle();
              String why = why(context, reference);
              if (bundle != null && why != null) {
                found.add(absentee(reference, bundle, why));
              }
            });
    return found;
  }

  private static Stream<ServiceReference<?>> all(BundleContext context) {
    try {
      ServiceReference<?>[] references = context.getAllServiceReferences(HANDLER, null);
      return references == null ? Stream.empty() : Stream.of(references);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("there is no filter", e);
    }
  }

  /** Null when the service is usable, or has just gone. */
  private static @Nullable String why(BundleContext context, ServiceReference<?> reference) {
    Bundle bundle = reference.getBundle();
    if (bundle == null) {
      return null;
    }
    if (!isCallable(context, reference)) {
      return "its %s is not the server's: it comes from %s".formatted(HANDLER, origin(bundle));
    }
    return name(reference).isEmpty() ? NAMELESS : null;
  }

  /** The origin of the handler package that {@code bundle} uses. */
  private static String origin(Bundle bundle) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    var wires = wiring == null ? null : wiring.getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE);
    return (wires == null
            ? Stream.<Bundle>empty()
            : wires.stream()
                .filter(
                    wire ->
                        PACKAGE.equals(
                            wire.getCapability()
                                .getAttributes()
                                .get(PackageNamespace.PACKAGE_NAMESPACE)))
                .map(wire -> wire.getProvider().getBundle()))
        .findFirst()
        .map(provider -> "bundle " + Absentee.label(provider))
        .orElse("a copy in its own bundle");
  }

  private static Absentee absentee(ServiceReference<?> reference, Bundle bundle, String why) {
    Map<String, Object> properties = new HashMap<>();
    for (String key : reference.getPropertyKeys()) {
      properties.put(key, reference.getProperty(key));
    }
    if (properties.get("component.name") instanceof String component) {
      return Absentee.component(component, bundle, properties, why);
    }
    return new Absentee(
        "service %s of bundle %s".formatted(properties.get("service.id"), Absentee.label(bundle)),
        "",
        bundle,
        properties,
        why);
  }
}
