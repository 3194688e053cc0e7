// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.util.concurrent.TimeUnit;

/**
 * A program that runs inside Maven before Maven starts the server. When Maven is told to end, this
 * program ends the server and waits until the server has drained. Left to itself, exec-maven-plugin
 * would leave the server running.
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
