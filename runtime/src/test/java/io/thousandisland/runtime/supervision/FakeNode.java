// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node that logs its starts and stops, crashes on demand, and fails its next starts when a test
 * says so.
 */
class FakeNode implements Node {
  private final String name;
  private final Queue<String> log;
  volatile CrashReport crash = reason -> {};
  final AtomicInteger failures = new AtomicInteger();

  FakeNode(String name, Queue<String> log) {
    this.name = name;
    this.log = log;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void start(CrashReport mine) throws Exception {
    if (failures.get() > 0 && failures.getAndDecrement() > 0) {
      throw new IllegalStateException(name + " cannot start");
    }
    crash = mine;
    log.add("+" + name);
  }

  @Override
  public void stop() {
    log.add("-" + name);
  }

  void crash() {
    crash.crashed(new IllegalStateException(name + " crashed"));
  }
}
