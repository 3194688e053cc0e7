// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.concurrent.locks.LockSupport;

/** Waits for objects that nothing refers to any more. */
final class Forgotten {
  private Forgotten() {}

  /**
   * Waits two seconds at most until the collector has taken the object that {@code reference}
   * refers to.
   */
  static void await(WeakReference<?> reference) {
    for (int i = 0; i < 100 && reference.get() != null; i++) {
      System.gc();
      LockSupport.parkNanos(20_000_000);
    }
    assertThat(reference.get()).isNull();
  }
}
