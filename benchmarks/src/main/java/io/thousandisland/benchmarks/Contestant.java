package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.peers.NettyEcho;
import io.thousandisland.benchmarks.peers.VirtualThreadEcho;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An echo server that takes part: how to start it on a port. */
public record Contestant(String name, String title, boolean java, List<String> command) {

  static final String OURS = "ours";
  static final String YARDSTICK = "c-epoll";
  static final String NETTY = "netty-epoll";

  /** Stands in a command for the port to listen at. */
  public static final String PORT = "{port}";

  static List<Contestant> all(Options options) throws InterruptedException {
    List<Contestant> all = new ArrayList<>();
    Path server = options.root().resolve("bndrun/target/server-felix.jar");
    String deploy = "-Ddeploy=" + options.target().resolve("deploy");
    all.add(
        new Contestant(
            OURS,
            "**Thousand Island**, Felix",
            true,
            Commands.java("-Dport=" + PORT, deploy, "-jar", server.toString())));
    for (String kind : List.of("epoll", "io_uring", "nio")) {
      all.add(
          new Contestant(
              "netty-" + kind,
              "Netty " + kind,
              true,
              Commands.javaClass(NettyEcho.class, kind, PORT)));
    }
    all.add(
        new Contestant(
            "virtual-threads",
            "JDK blocking sockets, virtual threads",
            true,
            Commands.javaClass(VirtualThreadEcho.class, PORT)));
    Path yardstick = options.target().resolve("epoll_echo");
    if (compiled(options.module().resolve("src/main/c/epoll_echo.c"), yardstick)) {
      all.add(new Contestant(YARDSTICK, "C epoll", false, List.of(yardstick.toString(), PORT)));
    } else {
      System.out.println("c-epoll: left out, as there is no cc here");
    }
    all.removeIf(contestant -> !options.wantsServer(contestant.name));
    return all;
  }

  private static boolean compiled(Path source, Path program) throws InterruptedException {
    var compile = List.of("cc", "-O2", "-o", program.toString(), source.toString());
    return !Commands.output(List.of("cc", "--version")).isEmpty()
        && Commands.output(compile).isEmpty()
        && program.toFile().canExecute();
  }

  List<String> command(int port) {
    return command.stream().map(word -> word.replace(PORT, Integer.toString(port))).toList();
  }
}
