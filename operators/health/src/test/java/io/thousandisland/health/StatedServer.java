// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A server that says of itself what a test wants.
 *
 * @param reason empty for none
 */
record StatedServer(String name, Status status, String reason) {

  Server server() {
    return (Server)
        Proxy.newProxyInstance(
            Server.class.getClassLoader(),
            new Class<?>[] {Server.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "info" -> info();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private ServerInfo info() {
    return new ServerInfo(
        name,
        status,
        Optional.of(reason).filter(text -> !text.isEmpty()),
        List.of(),
        Optional.empty(),
        Map.of(),
        1,
        0,
        10,
        0,
        Map.of(),
        List.of(),
        List.of(),
        Instant.EPOCH);
  }
}
