// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A line handler with trouble: slow to start, unable to start, or stuck in a callback, by tag. */
public final class TroublesomeHandler extends CountingHandler {

  @Override
  public void activate(Map<String, Object> properties) {
    super.activate(properties);
    if (tag().equals("vSlow")) {
      try {
        TimeUnit.SECONDS.sleep(2);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    } else if (tag().equals("vBroken")) {
      throw new IllegalStateException("broken on purpose");
    }
  }

  /** Ignores interrupts until the system property {@code it.release} is set. */
  @Override
  public Next<Long> handleData(ByteBuffer data, Socket socket, Long state) throws Exception {
    Next<Long> next = super.handleData(data, socket, state);
    while (tag().equals("vStuck") && System.getProperty("it.release") == null) {
      Thread.interrupted();
      LockSupport.parkNanos(10_000_000);
    }
    return next;
  }
}
