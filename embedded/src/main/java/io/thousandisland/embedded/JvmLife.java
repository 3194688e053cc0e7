// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.util.concurrent.CountDownLatch;

/**
 * The tie between one server and the life of its JVM. All threads of a server are daemons, so a
 * thread of its own keeps the JVM while the server runs; and a JVM that ends may stop the server
 * first.
 *
 * <p>Thread: any.
 */
final class JvmLife implements AutoCloseable {

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread keeper;
  private final Thread hook;

  /**
   * @param name of the server
   * @param stop ends the server, and returns when it has ended
   */
  JvmLife(String name, Runnable stop) {
    keeper =
        Thread.ofPlatform()
            .daemon(false)
            .inheritInheritableThreadLocals(false)
            .name(name + " keeps the JVM")
            .unstarted(this::keep);
    hook =
        Thread.ofPlatform()
            .inheritInheritableThreadLocals(false)
            .name(name + " ends with the JVM")
            .unstarted(stop);
  }

  private void keep() {
    boolean ended = false;
    while (!ended) {
      try {
        over.await();
        ended = true;
      } catch (InterruptedException notOurs) { // nobody knows this thread: it stays
        continue;
      }
    }
  }

  /** From now on the JVM lives until {@link #close}, unless it is told to end. */
  void keepJvm() {
    keeper.start();
  }

  /**
   * From now on a JVM that ends stops the server first.
   *
   * @throws IllegalStateException when the JVM is ending already
   */
  void stopWithJvm() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    over.countDown();
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      return; // the hook runs, perhaps on this very thread
    }
  }
}
