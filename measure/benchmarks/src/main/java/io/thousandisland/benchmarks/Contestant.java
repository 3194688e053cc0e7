// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.peers.JettyEcho;
import io.thousandisland.benchmarks.peers.NettyEcho;
import io.thousandisland.benchmarks.peers.VertxEcho;
import io.thousandisland.benchmarks.peers.VirtualThreadEcho;
import io.thousandisland.benchmarks.process.Commands;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An echo server that takes part: how to start it on a port. */
public record Contestant(String name, String title, boolean java, List<String> command) {

  /** The full server, without a telemetry listener. */
  static final String OURS = "ours";

  /** The full server as it comes: a listener logs, and its levels below INFO are off. */
  static final String AS_IT_COMES = "ours-logging";

  /** As {@link #OURS}, for a handler that may block: each connection has a thread of its own. */
  static final String OWN_THREADS = "ours-own-threads";

  static final String YARDSTICK = "c-epoll";
  static final String NETTY = "netty-epoll";
  static final String BLOCKING = "virtual-threads";

  /** The contestants with which the page compares the others. */
  static final List<String> COMPARED_WITH = List.of(YARDSTICK, NETTY, OURS, BLOCKING);

  /** Stands in a command for the port. */
  public static final String PORT = "{port}";

  /**
   * All contestants, in the order in which a round measures them: contestants that are compared
   * with each other are neighbours.
   */
  static List<Contestant> all(Options options) throws InterruptedException {
    List<Contestant> all = new ArrayList<>();
    Path yardstick = options.target().resolve("epoll_echo");
    if (compiled(options.module().resolve("src/main/c/epoll_echo.c"), yardstick)) {
      all.add(new Contestant(YARDSTICK, "C epoll", false, List.of(yardstick.toString(), PORT)));
    } else {
      System.out.println("c-epoll: left out, as there is no cc here");
    }
    String server = options.root().resolve("bndrun/target/server-felix.jar").toString();
    all.add(
        new Contestant(
            OURS,
            "**Thousand Island**, Felix",
            true,
            withoutListener(server, options.module().resolve("src/main/deploy"))));
    all.add(
        new Contestant(
            OWN_THREADS,
            "**Thousand Island**, Felix, may block",
            true,
            withoutListener(server, options.module().resolve("src/main/deploy-own-threads"))));
    all.add(
        new Contestant(
            AS_IT_COMES,
            "**Thousand Island**, Felix, logging listener",
            true,
            Commands.java(
                "-Dport=" + PORT,
                "-Ddeploy=" + options.target().resolve("deploy"),
                "-jar",
                server)));
    for (String kind : List.of("epoll", "io_uring", "nio")) {
      all.add(netty("netty-" + kind, "Netty " + kind, kind, 1));
    }
    all.add(
        new Contestant(
            "vertx", "Vert.x NetServer", true, Commands.javaClass(VertxEcho.class, PORT)));
    all.add(
        new Contestant(
            "jetty", "Jetty connector", true, Commands.javaClass(JettyEcho.class, PORT)));
    all.add(
        new Contestant(
            BLOCKING,
            "JDK blocking sockets, virtual threads",
            true,
            Commands.javaClass(VirtualThreadEcho.class, PORT)));
    all.removeIf(contestant -> !options.wantsServer(contestant.name));
    options.others().stream().map(Contestant::other).forEach(all::add);
    return all;
  }

  private static Contestant other(String nameAndProgram) {
    String[] pair = nameAndProgram.split(":", 2);
    if (pair.length < 2) {
      throw new IllegalArgumentException(
          "others: \"" + nameAndProgram + "\" is not of the form NAME:PATH");
    }
    return new Contestant(pair[0], pair[0], false, List.of(pair[1], PORT));
  }

  /** Netty with {@code loops} event loops. */
  public static Contestant netty(String name, String title, String kind, int loops) {
    return new Contestant(
        name,
        title,
        true,
        Commands.javaClass(NettyEcho.class, kind, PORT, Integer.toString(loops)));
  }

  boolean ours() {
    return name.startsWith(OURS);
  }

  /**
   * True for the second server of a framework, which its folder configures; it cannot start alone.
   */
  boolean second() {
    return ours() && !name.equals(AS_IT_COMES);
  }

  private static List<String> withoutListener(String server, Path deploy) {
    return Commands.java("-Dport=0", "-Dquiet.port=" + PORT, "-Ddeploy=" + deploy, "-jar", server);
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
