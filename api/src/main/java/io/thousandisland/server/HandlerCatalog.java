// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The handlers of a framework: the handlers that are there, and the handlers that something keeps
 * from being there. An OSGi service.
 *
 * <p>Thread: any. Each call looks at the handlers of that moment.
 */
@ProviderType
public interface HandlerCatalog {

  /** The handlers by name, the best of a name first; handlers without a name last. */
  List<HandlerInfo> handlers();
}
