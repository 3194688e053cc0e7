// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.greeting;

import io.thousandisland.server.Server;
import io.thousandisland.server.SettingInfo;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Tells whoever started the server on a terminal where it listens, and how to talk to it: one line
 * for each server and port.
 *
 * <p>Thread: any.
 */
@Component(
    service = {},
    immediate = true)
public final class Greeting {

  private final Set<String> told = ConcurrentHashMap.newKeySet();

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      updated = "greet",
      unbind = "leave",
      target = "(server.port=*)")
  void greet(Server server, Map<String, Object> properties) {
    Object host = properties.get(Server.HOST);
    Object port = properties.get(Server.PORT);
    boolean running = "RUNNING".equals(properties.get(Server.STATUS));
    if (running && told.add(server.name() + port)) {
      String how =
          transport(server)
              .map(other -> "over another transport: " + other)
              .orElse("talk to it: nc " + host + " " + port);
      System.out.printf("%s listens on %s:%s - %s%n", server.name(), host, port, how);
    }
  }

  /** The filter of the server's transport; empty for plain TCP. */
  private static Optional<String> transport(Server server) {
    return server.info().settings().stream()
        .filter(setting -> setting.key().equals("transport.target") && !setting.standard())
        .map(SettingInfo::value)
        .findFirst();
  }

  void leave(Server server) {
    // its line stands; another one follows should it come back elsewhere
  }
}
