// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The thread-locals that callbacks leave on the threads they run on, as libraries do: one each
 * time.
 */
final class LeftOnThreads {

  private final ThreadLocal<Object> local = new ThreadLocal<>();
  private final Queue<WeakReference<Object>> left = new ConcurrentLinkedQueue<>();

  /** Called by a callback. */
  void leaveOne() {
    Object mine = new Object();
    local.set(mine);
    left.add(new WeakReference<>(mine));
  }

  /** Waits until no thread keeps any of it. */
  void awaitForgotten() {
    assertThat(left).isNotEmpty();
    for (WeakReference<Object> each : left) {
      Forgotten.await(each);
    }
    assertThat(local.get()).isNull(); // keeps the key until here
  }
}
