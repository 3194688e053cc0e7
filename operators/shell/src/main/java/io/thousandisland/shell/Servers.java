// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The servers there are, by name.
 *
 * <p>Thread: any.
 */
@Component(service = Servers.class)
public final class Servers {

  private final List<Server> bound = new CopyOnWriteArrayList<>();

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindServer(Server server) {
    bound.add(server);
  }

  void unbindServer(Server server) {
    bound.remove(server);
  }

  List<Server> all() {
    return bound.stream().sorted(Comparator.comparing(Server::name)).toList();
  }

  /**
   * A server whose configuration is deleted may still drain under the name of its successor; then
   * the successor is meant.
   *
   * @throws IllegalArgumentException when there is no such server; the message names the servers
   */
  Server named(String name) {
    return bound.stream()
        .filter(server -> server.name().equals(name))
        .min(Comparator.comparing(server -> server.status() == Status.DRAINING))
        .orElseThrow(() -> new IllegalArgumentException(noServer(name)));
  }

  private String noServer(String name) {
    List<String> names = names();
    String meant = Nearest.of(name, names).map(n -> "; did you mean " + n + "?").orElse(";");
    return "no server named " + name + meant + " " + whoIsThere(names);
  }

  List<String> names() {
    return all().stream().map(Server::name).distinct().toList();
  }

  static String whoIsThere(List<String> names) {
    return names.isEmpty()
        ? "there is none"
        : (names.size() == 1 ? "there is " : "there are ") + String.join(", ", names);
  }
}
