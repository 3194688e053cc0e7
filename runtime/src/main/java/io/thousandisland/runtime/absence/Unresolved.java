// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** The reason why a bundle cannot be resolved: the requirements that no bundle meets. */
public final class Unresolved {

  private final BundleContext context;
  private final FrameworkWiring wiring;

  /** The bundles already examined, because requirements may form a circle. */
  private final Set<Bundle> seen = new HashSet<>();

  private Unresolved(BundleContext context, FrameworkWiring wiring) {
    this.context = context;
    this.wiring = wiring;
  }

  /** In words; null when every requirement can be met. */
  static @Nullable String why(BundleContext context, Bundle bundle) {
    FrameworkWiring wiring =
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    return wiring == null ? null : new Unresolved(context, wiring).why(bundle);
  }

  private @Nullable String why(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    if (revision == null || !seen.add(bundle)) {
      return null;
    }
    List<String> missing = new ArrayList<>();
    for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
      if (isNeeded(requirement)) {
        String why = why(bundle, requirement);
        if (why != null) {
          missing.add(why);
        }
      }
    }
    return missing.isEmpty() ? null : String.join(", and ", missing);
  }

  private static boolean isNeeded(BundleRequirement requirement) {
    var directives = requirement.getDirectives();
    return directives.getOrDefault("resolution", "mandatory").equals("mandatory")
        && directives.getOrDefault("effective", "resolve").equals("resolve");
  }

  /** Null when {@code requirement} can be met. */
  private @Nullable String why(Bundle bundle, BundleRequirement requirement) {
    Collection<BundleCapability> providers = wiring.findProviders(requirement);
    if (providers.isEmpty()) {
      return "it needs " + words(requirement);
    }
    String why = null;
    for (BundleCapability provider : providers) {
      Bundle other = provider.getRevision().getBundle();
      why = other == bundle || other.getState() != Bundle.INSTALLED ? null : why(other);
      if (why == null) {
        return null;
      }
      why =
          "it needs bundle %s, which cannot be resolved either: %s"
              .formatted(Absentee.label(other), why);
    }
    return why;
  }

  private String words(BundleRequirement requirement) {
    String namespace = requirement.getNamespace();
    String filter = requirement.getDirectives().getOrDefault("filter", "");
    Matcher named =
        Pattern.compile("\\(" + Pattern.quote(namespace) + "=([^)]*)\\)").matcher(filter);
    String name = named.find() ? named.group(1) : "";
    return switch (namespace) {
      case PackageNamespace.PACKAGE_NAMESPACE ->
          "package %s%s, %s".formatted(name, range(filter), whatThereIs(name));
      case BundleNamespace.BUNDLE_NAMESPACE ->
          "bundle %s%s, which is not there".formatted(name, range(filter));
      case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE ->
          "%s%s, and this is Java %d".formatted(name, range(filter), Runtime.version().feature());
      default -> "the capability %s %s, which nobody provides".formatted(namespace, filter);
    };
  }

  /** The version range as in a manifest; empty for any version. */
  private static String range(String filter) {
    String exact = first("\\(version=([^)]*)\\)", filter);
    if (!exact.isEmpty()) {
      return " " + exact;
    }
    String from = first("(?<!\\(!)\\((?:bundle-)?version>=([^)]*)\\)", filter);
    String below = first("\\(!\\((?:bundle-)?version>=([^)]*)\\)\\)", filter);
    if (from.isEmpty() && below.isEmpty()) {
      return "";
    }
    return below.isEmpty() ? " " + from : " [%s,%s)".formatted(from.isEmpty() ? "0" : from, below);
  }

  private static String first(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }

  private String whatThereIs(String wanted) {
    Set<String> versions = new TreeSet<>();
    for (Bundle bundle : context.getBundles()) {
      BundleRevision revision = bundle.adapt(BundleRevision.class);
      if (revision != null) {
        for (var exported : revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE)) {
          var attributes = exported.getAttributes();
          if (wanted.equals(attributes.get(PackageNamespace.PACKAGE_NAMESPACE))) {
            versions.add(String.valueOf(attributes.getOrDefault("version", Version.emptyVersion)));
          }
        }
      }
    }
    return versions.isEmpty()
        ? "which nobody provides"
        : "and there is " + String.join(", ", versions);
  }
}
