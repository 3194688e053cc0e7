package io.thousandisland.server;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The handlers of a framework: those that are there, and those that would be, were it not for
 * something. An OSGi service.
 *
 * <p>Thread: any. It looks at the moment of each call.
 */
@ProviderType
public interface HandlerCatalog {

  /** By name, the best of a name first; those without a name last. */
  List<HandlerInfo> handlers();
}
