// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Namespace;

/** The missing requirements of a bundle that does not resolve, in words. */
public final class Unresolved {

  /** The number of missing things that are named. */
  private static final int TOLD = 3;

  private static final Pattern FROM = Pattern.compile("\\([\\w.-]*version>=([^)]*)\\)");
  private static final Pattern BELOW = Pattern.compile("\\(!\\([\\w.-]*version>=([^)]*)\\)\\)");
  private static final Pattern UP_TO = Pattern.compile("\\([\\w.-]*version<=([^)]*)\\)");
  private static final Pattern JAVA = Pattern.compile("\\(version=([\\d.]+)\\)");

  private final FrameworkWiring wiring;

  Unresolved(Bundle framework) {
    wiring = framework.adapt(FrameworkWiring.class);
  }

  /** Empty when everything that {@code bundle} requires is there. */
  Optional<String> missing(Bundle bundle) {
    var all = new ArrayList<String>();
    collect(bundle, all, new HashSet<>());
    if (all.size() <= TOLD + 1) {
      return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
    }
    String first = String.join("; ", all.subList(0, TOLD));
    return Optional.of(first + "; and " + (all.size() - TOLD) + " more of this kind");
  }

  private void collect(Bundle bundle, List<String> all, Set<Bundle> seen) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    if (revision == null || !seen.add(bundle)) {
      return;
    }
    for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
      if (mandatory(requirement)) {
        Collection<BundleCapability> providers = wiring.findProviders(requirement);
        if (providers.isEmpty()) {
          all.add(words(requirement));
        } else {
          unresolved(providers).ifPresent(provider -> collectOf(provider, all, seen));
        }
      }
    }
  }

  private void collectOf(Bundle provider, List<String> all, Set<Bundle> seen) {
    var its = new ArrayList<String>();
    collect(provider, its, seen);
    its.forEach(missing -> all.add(missing + " (needed by " + provider.getSymbolicName() + ")"));
  }

  /** One of the providers, when none of them is resolved. */
  private static Optional<Bundle> unresolved(Collection<BundleCapability> providers) {
    List<Bundle> bundles = providers.stream().map(c -> c.getRevision().getBundle()).toList();
    boolean resolved = bundles.stream().anyMatch(bundle -> bundle.getState() > Bundle.INSTALLED);
    return resolved ? Optional.empty() : bundles.stream().findFirst();
  }

  private static boolean mandatory(BundleRequirement requirement) {
    var directives = requirement.getDirectives();
    String effective = directives.get(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE);
    return !Namespace.RESOLUTION_OPTIONAL.equals(
            directives.get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
        && !PackageNamespace.RESOLUTION_DYNAMIC.equals(
            directives.get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE))
        && (effective == null || effective.equals(Namespace.EFFECTIVE_RESOLVE));
  }

  private String words(BundleRequirement requirement) {
    String namespace = requirement.getNamespace();
    String filter =
        requirement.getDirectives().getOrDefault(Namespace.REQUIREMENT_FILTER_DIRECTIVE, "");
    if (namespace.equals(ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE)) {
      return java(filter);
    }
    String name = attribute(namespace, filter);
    String range = range(filter);
    return switch (namespace) {
      case PackageNamespace.PACKAGE_NAMESPACE ->
          "no bundle exports the package " + name + range + otherVersions(name);
      case BundleNamespace.BUNDLE_NAMESPACE -> "the bundle " + name + range + " is not there";
      case HostNamespace.HOST_NAMESPACE ->
          "it is a fragment of " + name + range + ", which is not there";
      default -> "nothing provides the capability " + namespace + " " + filter;
    };
  }

  private static String java(String filter) {
    Matcher version = JAVA.matcher(filter);
    String needed = version.find() ? "Java " + version.group(1) : "an environment " + filter;
    return "it needs "
        + needed
        + ", and this is Java "
        + System.getProperty("java.specification.version");
  }

  private static String attribute(String name, String filter) {
    Matcher value = Pattern.compile("\\(" + Pattern.quote(name) + "=([^)]*)\\)").matcher(filter);
    return value.find() ? value.group(1) : filter;
  }

  /** As a manifest writes it: {@code [1.0,2)}. */
  private static String range(String filter) {
    Matcher below = BELOW.matcher(filter);
    Matcher upTo = UP_TO.matcher(filter);
    Matcher from = FROM.matcher(filter.replaceAll(BELOW.pattern(), ""));
    if (!from.find()) {
      return "";
    }
    if (below.find()) {
      return " in a version of [" + from.group(1) + "," + below.group(1) + ")";
    }
    return upTo.find()
        ? " in a version of [" + from.group(1) + "," + upTo.group(1) + "]"
        : " in version " + from.group(1) + " or later";
  }

  private String otherVersions(String packageName) {
    List<String> exports =
        wiring.findProviders(new AnyVersion(packageName)).stream()
            .map(
                export ->
                    export.getRevision().getSymbolicName()
                        + " exports "
                        + export.getAttributes().get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE))
            .sorted()
            .toList();
    return exports.isEmpty() ? "" : " (" + String.join(", ", exports) + ")";
  }
}
