// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording;

import io.thousandisland.jfr.recording.events.ServerEvent;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import jdk.jfr.FlightRecorder;

/**
 * The servers, each of which gives a snapshot of itself as often as a recording asks for it.
 *
 * <p>Thread: {@link #add}, {@link #remove} and {@link #has} on any, snapshots on the thread of the
 * Flight Recorder.
 */
final class Snapshots {

  private final List<Server> servers = new CopyOnWriteArrayList<>();
  private final Runnable task = this::take;

  void start() {
    FlightRecorder.addPeriodicEvent(ServerEvent.class, task);
  }

  void stop() {
    FlightRecorder.removePeriodicEvent(task);
  }

  void add(Server server) {
    servers.add(server);
  }

  void remove(Server server) {
    servers.remove(server);
  }

  boolean has(String name) {
    return servers.stream().anyMatch(server -> server.name().equals(name));
  }

  private void take() {
    for (Server server : servers) {
      take(server);
    }
  }

  private static void take(Server server) {
    var event = new ServerEvent();
    if (!event.shouldCommit()) {
      return;
    }
    ServerInfo info = server.info();
    event.server = info.name();
    event.status = info.status().name();
    event.ready = info.ready();
    event.connections = info.connections();
    event.maxConnections = info.maxConnections();
    event.accepted = info.accepted();
    event.refused = info.refused().values().stream().mapToLong(Long::longValue).sum();
    info.generations().stream()
        .filter(GenerationInfo::serving)
        .findFirst()
        .ifPresent(
            serving -> {
              event.generation = serving.number();
              event.handler = serving.handler();
            });
    event.drains = server.drains().size();
    event.commit();
  }
}
