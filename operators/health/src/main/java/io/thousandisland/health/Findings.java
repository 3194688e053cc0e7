// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;

/** The lines of one answer. The gravest of them decides. Used by one thread. */
final class Findings {

  private final ResultLog log = new ResultLog();

  void say(Status status, String line) {
    log.add(new ResultLog.Entry(status, line));
  }

  void say(Status status, List<String> lines) {
    lines.forEach(line -> say(status, line));
  }

  /** One line for each server, by name. Returns the names. */
  Set<String> servers(List<Server> servers, Function<ServerInfo, Status> verdict) {
    var names = new HashSet<String>();
    servers.stream()
        .map(Server::info)
        .sorted(Comparator.comparing(ServerInfo::name))
        .forEach(
            info -> {
              say(verdict.apply(info), line(info));
              names.add(info.name());
            });
    return names;
  }

  /** {@code server echo is WAITING: no handler matches (handler.name=echo)}. */
  private static String line(ServerInfo info) {
    return "server "
        + info.name()
        + " is "
        + info.status()
        + info.reason().map(reason -> ": " + reason).orElse("");
  }

  Result result() {
    return new Result(log);
  }
}
