package io.thousandisland.greeting;

import io.thousandisland.server.Server;
import java.util.Map;
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
      System.out.printf(
          "%s listens on %s:%s - talk to it: nc %s %s%n", server.name(), host, port, host, port);
    }
  }

  void leave(Server server) {
    // its line stands; another one follows should it come back elsewhere
  }
}
