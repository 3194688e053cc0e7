// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** Asks Declarative Services about its components. */
public final class Scr {
  private Scr() {}

  /** The answer; {@code otherwise} when SCR cannot be asked. */
  static <T> T ask(
      BundleContext context, Function<ServiceComponentRuntime, T> question, T otherwise) {
    var reference = context.getServiceReference(ServiceComponentRuntime.class);
    if (reference == null) {
      return otherwise;
    }
    try {
      ServiceComponentRuntime scr = context.getService(reference);
      return scr == null ? otherwise : question.apply(scr);
    } finally {
      boolean unused = context.ungetService(reference);
    }
  }
}
