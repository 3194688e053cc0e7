// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Finds bundles. */
final class Bundles {
  private Bundles() {}

  static Bundle named(BundleContext context, String symbolicName) {
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getSymbolicName().equals(symbolicName)) {
        return bundle;
      }
    }
    throw new AssertionError("no bundle " + symbolicName);
  }
}
