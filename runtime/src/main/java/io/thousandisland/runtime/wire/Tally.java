// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The bytes and calls of one direction of a connection, and whether a wait for the peer is under
 * way in it.
 *
 * <p>Thread: the connection's own thread counts. Any thread reads, and sees a value that was true a
 * moment ago. Opaque access is enough for that, and spares the fence of a volatile write.
 */
public abstract class Tally {

  private static final VarHandle BYTES;
  private static final VarHandle CALLS;
  private static final VarHandle WAITS;

  static {
    try {
      var lookup = MethodHandles.lookup();
      BYTES = lookup.findVarHandle(Tally.class, "bytes", long.class);
      CALLS = lookup.findVarHandle(Tally.class, "calls", long.class);
      WAITS = lookup.findVarHandle(Tally.class, "waits", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private long bytes;
  private long calls;
  private boolean waits;

  final void countBytes(long more) {
    BYTES.setOpaque(this, bytes + more);
  }

  final void countCall() {
    CALLS.setOpaque(this, calls + 1);
  }

  /**
   * Notes that the own thread waits for the peer in the middle of something: in a callback, or
   * after the last one. Between two callbacks it waits unnoted, so that a turn costs nothing more.
   */
  public final void waits(boolean now) {
    WAITS.setOpaque(this, now);
  }

  /** True while such a wait is noted. */
  public final boolean waits() {
    return (boolean) WAITS.getOpaque(this);
  }

  public final long bytes() {
    return (long) BYTES.getOpaque(this);
  }

  public final long calls() {
    return (long) CALLS.getOpaque(this);
  }
}
