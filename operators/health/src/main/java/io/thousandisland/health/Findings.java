package io.thousandisland.health;

import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import java.util.Comparator;
import java.util.List;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;

/** The lines of one answer. The gravest of them decides. Used by one thread. */
final class Findings {

  private final ResultLog log = new ResultLog();

  void say(Status status, String line) {
    log.add(new ResultLog.Entry(status, line));
  }

  /** Reports a value that means nothing. */
  void check(StatusKey key, Status ifWrong) {
    if (key.status().isEmpty()) {
      say(ifWrong, key.fault());
    }
  }

  Result result() {
    return new Result(log);
  }

  /** Snapshots of the servers, by name. */
  static List<ServerInfo> of(List<Server> servers) {
    return servers.stream()
        .map(Server::info)
        .sorted(Comparator.comparing(ServerInfo::name))
        .toList();
  }

  /** {@code server echo is WAITING: no handler matches (handler.name=echo)}. */
  static String line(ServerInfo info) {
    return "server "
        + info.name()
        + " is "
        + info.status()
        + info.reason().map(reason -> ": " + reason).orElse("");
  }
}
