// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.sharing;

import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.process.Commands;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Two processes with one port (SO_REUSEPORT), of which one ends under load: how many clients are
 * lost, that is, were connected and then reset.
 */
public final class Sharing {

  private static final int CLIENTS = 20;
  private static final int CONNECTS = 1_000;

  private final Options options;

  public Sharing(Options options) {
    this.options = options;
  }

  /** Measures, and prints a table of Markdown. */
  public void run() throws IOException, InterruptedException {
    var table =
        new StringBuilder("| the process that ends | lost of 1,000, in each run |\n|---|---|\n");
    for (Departure departure : Departure.values()) {
      var lost = new ArrayList<Integer>();
      for (int round = 0; round < options.rounds(); round++) {
        lost.add(lost(departure));
      }
      table
          .append("| ")
          .append(departure.words)
          .append(" | ")
          .append(lost.stream().map(String::valueOf).collect(Collectors.joining(", ")))
          .append(" |\n");
    }
    Path page = options.target().resolve("sharing.md");
    String migrates = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_migrate_req")).strip();
    Files.writeString(page, "net.ipv4.tcp_migrate_req = " + migrates + "\n\n" + table);
    System.out.println(Files.readString(page));
  }

  /** A process with a server, and the lines that it says. */
  private record Server(Process process, BufferedReader said, int port) {

    static Server start(int port, Departure departure) throws IOException {
      Process process =
          new ProcessBuilder(Commands.javaClass(SharingServer.class, "" + port, departure.name()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader said = process.inputReader();
      return new Server(process, said, Integer.parseInt(said.readLine()));
    }

    void depart(Departure departure) throws IOException {
      if (departure == Departure.KILL) {
        process.destroyForcibly();
      } else {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        String unused = said.readLine();
      }
    }

    void end() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }

  private static int lost(Departure departure) throws IOException, InterruptedException {
    Server stays = Server.start(0, departure);
    Server leaves = Server.start(stays.port(), departure);
    var asked = new AtomicInteger();
    var lost = new AtomicInteger();
    var half = new CountDownLatch(CONNECTS / 2);
    try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.execute(
            () -> {
              while (asked.incrementAndGet() <= CONNECTS) {
                if (!isAnswered(stays.port())) {
                  lost.incrementAndGet();
                }
                half.countDown();
              }
            });
      }
      half.await();
      leaves.depart(departure);
    } finally {
      leaves.end();
      stays.end();
    }
    return lost.get();
  }

  private static boolean isAnswered(int port) {
    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.setSoTimeout(20_000);
      client.getOutputStream().write('a');
      return client.getInputStream().read() == 'a';
    } catch (IOException reset) {
      return false;
    }
  }
}
