// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.MalformedFileException;
import java.util.jar.Attributes;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * The identity of a bundle, as its manifest gives it.
 *
 * @param host the symbolic name of the host, for a fragment
 */
public record BundleIdentity(String symbolicName, String version, @Nullable String host) {

  /** Null when the manifest is not a bundle's. */
  static @Nullable BundleIdentity of(Attributes manifest) throws MalformedFileException {
    String name = name(manifest.getValue(Constants.BUNDLE_SYMBOLICNAME));
    if (name == null) {
      return null;
    }
    return new BundleIdentity(
        name,
        version(manifest.getValue(Constants.BUNDLE_VERSION)),
        name(manifest.getValue(Constants.FRAGMENT_HOST)));
  }

  private static String version(@Nullable String header) throws MalformedFileException {
    try {
      return Version.parseVersion(header).toString();
    } catch (IllegalArgumentException e) {
      throw new MalformedFileException(
          "its Bundle-Version is "
              + header
              + "; allowed are up to three numbers and a qualifier, as in 1.0.2 or 1.0.2.beta");
    }
  }

  private static @Nullable String name(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return null;
    }
    int parameters = header.indexOf(';');
    return (parameters < 0 ? header : header.substring(0, parameters)).strip();
  }

  @Override
  public String toString() {
    return symbolicName + " " + version;
  }
}
