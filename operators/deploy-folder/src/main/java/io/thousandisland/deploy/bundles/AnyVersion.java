// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import java.util.Map;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.resource.Namespace;
import org.osgi.resource.Requirement;
import org.osgi.resource.Resource;

/** The requirement of a package in any version. */
public record AnyVersion(String packageName) implements Requirement {

  @Override
  public String getNamespace() {
    return PackageNamespace.PACKAGE_NAMESPACE;
  }

  @Override
  public Map<String, String> getDirectives() {
    return Map.of(
        Namespace.REQUIREMENT_FILTER_DIRECTIVE,
        "(" + PackageNamespace.PACKAGE_NAMESPACE + "=" + packageName + ")");
  }

  @Override
  public Map<String, Object> getAttributes() {
    return Map.of();
  }

  @Override
  @SuppressWarnings("NullAway") // no resource has this requirement, which only asks a question
  public Resource getResource() {
    return null;
  }
}
