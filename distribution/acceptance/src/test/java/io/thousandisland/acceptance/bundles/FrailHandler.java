// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.bundles;

import io.thousandisland.handler.Handler;
import java.util.Map;

/** A handler that cannot be activated. */
public final class FrailHandler implements Handler<Void> {

  /** Called by Declarative Services. */
  public void activate(Map<String, Object> properties) {
    throw new IllegalStateException("no database");
  }

  /** Called by Declarative Services. */
  public void deactivate() {}
}
