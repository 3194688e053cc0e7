// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.process.Commands;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A contestant that listens. Several contestants may be servers of one process. */
public record RunningServer(Contestant contestant, Process process, int port, long nanosToListen) {

  /** The nanoseconds that a server may take until it listens. */
  public static final long PATIENCE = 60_000_000_000L;

  /**
   * Returns when the server accepts connections; fails with its last output when it ends before.
   */
  public static RunningServer start(Contestant contestant, String processors, Path logs)
      throws IOException, InterruptedException {
    int port = freePort();
    File log = logs.resolve(contestant.name() + ".log").toFile();
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(Commands.pinned(processors, contestant.command(port)))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    while (!listens(port)) {
      if (!process.isAlive() || System.nanoTime() - start > PATIENCE) {
        process.destroyForcibly();
        List<String> lines = Files.readAllLines(log.toPath());
        throw new IOException(lines.isEmpty() ? "ended without a word" : lines.getLast());
      }
      Thread.sleep(2);
    }
    return new RunningServer(contestant, process, port, System.nanoTime() - start);
  }

  public static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  public static boolean listens(int port) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  public String name() {
    return contestant.name();
  }

  public long pid() {
    return process.pid();
  }

  public void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
