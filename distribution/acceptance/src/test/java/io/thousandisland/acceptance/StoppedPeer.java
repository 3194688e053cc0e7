// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A peer in a process of its own. It asks for 8 MiB, receives the first byte, and is then stopped
 * by SIGSTOP. Its kernel takes as much as its buffers hold; the server waits with the rest.
 */
final class StoppedPeer implements AutoCloseable {

  private static final String SCRIPT =
      "exec 3<>/dev/tcp/127.0.0.1/$0; echo bytes 8388608 >&3; head -c 1 <&3 >/dev/null; kill -STOP $$";

  private final Process process;
  private final Thread lastResort;

  StoppedPeer(int port) throws IOException, InterruptedException {
    process = new ProcessBuilder("bash", "-c", SCRIPT, "" + port).inheritIO().start();
    lastResort = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(lastResort);
    awaitStopped();
  }

  private void awaitStopped() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + ServerProcess.PATIENCE.toNanos();
    Path stat = Path.of("/proc/" + process.pid() + "/stat");
    while (!Files.readString(stat).contains(") T ")) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new AssertionError("the peer is not stopped");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    Runtime.getRuntime().removeShutdownHook(lastResort);
  }
}
