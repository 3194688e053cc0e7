// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.bundles;

import io.thousandisland.server.HandlerCatalog;
import io.thousandisland.server.Server;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.condition.Condition;

/** A component that cannot be without any of the services that the runtime registers. */
@Component(service = ServerWatcher.class)
public final class ServerWatcher {

  /** Called by Declarative Services. */
  @Activate
  public ServerWatcher(
      @Reference Server server,
      @Reference HandlerCatalog handlers,
      @Reference(target = "(osgi.condition.id=" + Server.CONDITION + ")") Condition ready) {}
}
