package io.thousandisland.launcher;

import java.util.concurrent.TimeUnit;

/**
 * Run inside Maven before Maven starts the server: when Maven is told to end, it ends the server
 * and waits until that has drained. Left to itself, exec-maven-plugin would leave it running.
 */
public final class StopWithMaven {
  private StopWithMaven() {}

  public static void main(String[] args) {
    // exec:java destroys the thread group of its main method, and every thread in it that has not
    // started yet
    ThreadGroup maven = Thread.currentThread().getThreadGroup().getParent();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(maven, StopWithMaven::stopChildren, "stop server"));
  }

  private static void stopChildren() {
    ProcessHandle.current()
        .children()
        .forEach(
            server -> {
              server.destroy();
              server.onExit().completeOnTimeout(server, 90, TimeUnit.SECONDS).join();
            });
  }
}
