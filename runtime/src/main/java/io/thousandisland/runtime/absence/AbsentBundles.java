// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import io.thousandisland.handler.Handler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * The bundles that would bring handlers but could not: a bundle is not resolved, is not started, or
 * describes its components in a way that Declarative Services does not understand.
 */
public final class AbsentBundles {
  private AbsentBundles() {}

  public static List<Absentee> find(BundleContext context) {
    return Stream.of(context.getBundles()).flatMap(b -> of(context, b).stream()).toList();
  }

  private static List<Absentee> of(BundleContext context, Bundle bundle) {
    var found = new ArrayList<Absentee>();
    try {
      if (isAbsent(bundle)) {
        for (var handler : DescribedHandlers.in(bundle)) {
          String trouble = handler.trouble();
          found.add(absentee(bundle, handler, trouble == null ? why(context, bundle) : trouble));
        }
      } else if (bundle.getState() == Bundle.ACTIVE) {
        notUnderstood(context, bundle, found);
      }
    } catch (IllegalStateException uninstalled) {
      return List.of(); // just now
    }
    return found;
  }

  private static boolean isAbsent(Bundle bundle) {
    return bundle.getState() == Bundle.INSTALLED || bundle.getState() == Bundle.RESOLVED;
  }

  private static String why(BundleContext context, Bundle bundle) {
    String unresolved =
        bundle.getState() == Bundle.INSTALLED ? Unresolved.why(context, bundle) : null;
    if (unresolved != null) {
      return "its bundle cannot be resolved: " + unresolved;
    }
    BundleStartLevel start = bundle.adapt(BundleStartLevel.class);
    return start != null && start.isPersistentlyStarted()
        ? "its bundle could not be started; the log may say why"
        : "its bundle is not started";
  }

  /** Adds the components of {@code bundle} that Declarative Services has not taken. */
  private static void notUnderstood(BundleContext context, Bundle bundle, List<Absentee> found) {
    String imports = bundle.getHeaders("").get("Import-Package");
    if (imports == null || !imports.contains(Handler.class.getPackageName())) {
      return; // it has no handlers, and there are many such bundles
    }
    Optional<Set<String>> known = Scr.ask(context, scr -> known(scr, bundle), Optional.empty());
    if (known.isEmpty()) {
      return; // SCR cannot be asked
    }
    for (var handler : DescribedHandlers.in(bundle)) {
      String component = handler.component();
      String trouble = handler.trouble();
      if (trouble == null && !component.isEmpty() && !known.get().contains(component)) {
        trouble = "Declarative Services has not accepted it; the log may say why";
      }
      if (trouble != null) {
        found.add(absentee(bundle, handler, trouble));
      }
    }
  }

  private static Optional<Set<String>> known(ServiceComponentRuntime scr, Bundle bundle) {
    return Optional.of(
        scr.getComponentDescriptionDTOs(bundle).stream()
            .map(description -> description.name)
            .collect(Collectors.toSet()));
  }

  private static Absentee absentee(Bundle bundle, DescribedHandlers.Described handler, String why) {
    String component = handler.component();
    if (!component.isEmpty()) {
      return Absentee.component(component, bundle, handler.properties(), why);
    }
    return new Absentee(
        "bundle " + Absentee.label(bundle), component, bundle, handler.properties(), why);
  }
}
