package io.thousandisland.runtime.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The bytes and calls of one direction of a connection.
 *
 * <p>Thread: the connection's own thread counts. Any thread reads, and sees a value that was true a
 * moment ago. Opaque access is enough for that, and spares the fence of a volatile write.
 */
public abstract class Tally {

  private static final VarHandle BYTES;
  private static final VarHandle CALLS;

  static {
    try {
      var lookup = MethodHandles.lookup();
      BYTES = lookup.findVarHandle(Tally.class, "bytes", long.class);
      CALLS = lookup.findVarHandle(Tally.class, "calls", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private long bytes;
  private long calls;

  final void countBytes(long more) {
    BYTES.setOpaque(this, bytes + more);
  }

  final void countCall() {
    CALLS.setOpaque(this, calls + 1);
  }

  public final long bytes() {
    return (long) BYTES.getOpaque(this);
  }

  public final long calls() {
    return (long) CALLS.getOpaque(this);
  }
}
