// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Contestant;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.RunningServer;
import io.thousandisland.benchmarks.process.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of the ready-made server, and the servers in it that a deploy folder configures. */
final class Fleet {

  /** A server to start: its name, and the lines of its configuration besides the port. */
  record Ship(String name, List<String> lines) {}

  private final RunningServer process;
  private final List<RunningServer> servers;

  private Fleet(RunningServer process, List<RunningServer> servers) {
    this.process = process;
    this.servers = servers;
  }

  /** Returns when all servers listen. */
  static Fleet start(Options options, String name, Ship... ships)
      throws IOException, InterruptedException {
    Path folder = options.target().resolve("scaling").resolve(name);
    Files.createDirectories(folder);
    List<RunningServer> servers = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (Ship ship : ships) {
      ports.add(RunningServer.freePort());
      List<String> lines = new ArrayList<>(List.of("port = " + ports.getLast()));
      lines.addAll(ship.lines);
      Files.write(folder.resolve("io.thousandisland.server-" + ship.name + ".cfg"), lines);
    }
    RunningServer process =
        alone(options, name, name, options.serverProcessor(), "-Ddeploy=" + folder);
    long start = System.nanoTime();
    for (int i = 0; i < ships.length; i++) {
      while (!RunningServer.listens(ports.get(i))) {
        if (!process.process().isAlive() || System.nanoTime() - start > RunningServer.PATIENCE) {
          throw new IOException(ships[i].name + " does not listen");
        }
        Thread.sleep(20);
      }
      var contestant = new Contestant(ships[i].name, ships[i].name, true, List.of());
      servers.add(new RunningServer(contestant, process.process(), ports.get(i), 0));
    }
    return new Fleet(process, servers);
  }

  /** A process with one server that has no configuration of its own. */
  static RunningServer alone(
      Options options, String name, String title, String processors, String... javaOptions)
      throws IOException, InterruptedException {
    Path jar = options.root().resolve("bndrun/target/server-felix.jar");
    List<String> command = Commands.java(javaOptions);
    command.addAll(List.of("-Dport=" + Contestant.PORT, "-jar", jar.toString()));
    var contestant = new Contestant(name, title, true, command);
    return RunningServer.start(contestant, processors, options.target());
  }

  List<RunningServer> servers() {
    return servers;
  }

  void stop() throws InterruptedException {
    process.stop();
  }
}
