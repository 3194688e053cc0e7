// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.Report;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleException;

/**
 * The code of a bundle that the bundles thread is in. That code may hang, and then nothing else
 * happens to the bundles of the folder. So the hang must be reported, and the framework must still
 * be able to stop.
 *
 * <p>Thread: the bundles thread runs the code; the configurations thread tells; any thread
 * interrupts.
 */
public final class ForeignCode {

  /** Longer than any start should take. */
  static final Duration LONG_START = Duration.ofSeconds(10);

  /** Longer than a usual drain, which a bundle's stop may wait for. */
  static final Duration LONG_STOP = Duration.ofSeconds(60);

  private final InstantSource clock;
  private final Report report;

  /** Guarded by this. */
  private @Nullable Entered entered;

  public ForeignCode(InstantSource clock, Report report) {
    this.clock = clock;
    this.report = report;
  }

  void start(String file, String bundle, Call call) throws BundleException {
    run(new Entered(file, bundle, true, clock.instant(), Thread.currentThread()), call);
  }

  void stop(String file, String bundle, Call call) throws BundleException {
    run(new Entered(file, bundle, false, clock.instant(), Thread.currentThread()), call);
  }

  private void run(Entered code, Call call) throws BundleException {
    enter(code);
    try {
      call.run();
    } finally {
      leave();
    }
  }

  private synchronized void enter(Entered code) {
    entered = code;
  }

  /**
   * Clears our interrupt, which was meant for the code that is left here, and for nothing after it.
   */
  private synchronized void leave() {
    boolean interrupted = Thread.interrupted();
    if (interrupted && entered != null && !entered.interrupted) {
      Thread.currentThread().interrupt();
    }
    entered = null;
  }

  /** Reports once that code takes long. */
  public synchronized void tell() {
    Entered code = entered;
    if (code == null || code.told) {
      return;
    }
    Duration usual = code.starts ? LONG_START : LONG_STOP;
    if (Duration.between(code.since, clock.instant()).compareTo(usual) < 0) {
      return;
    }
    code.told = true;
    String method = code.starts ? "start" : "stop";
    report.trouble(
        code.file,
        "%s hangs in its %s, for %ds already; the other bundles of the folder wait for it. A thread dump shows where: jcmd %d Thread.print, the thread \"%s\""
            .formatted(
                code.bundle,
                method,
                usual.toSeconds(),
                ProcessHandle.current().pid(),
                code.thread.getName()));
  }

  /**
   * Interrupts a start, which is of no use any more. A stop is of use: it may drain connections.
   */
  public synchronized void interruptStart() {
    if (entered != null && entered.starts) {
      entered.interrupted = true;
      entered.thread.interrupt();
    }
  }

  /** A call into a bundle. */
  interface Call {
    void run() throws BundleException;
  }

  /** The code that was entered. Its fields that change are guarded by the enclosing object. */
  private static final class Entered {
    final String file;
    final String bundle;
    final boolean starts;
    final Instant since;
    final Thread thread;
    boolean told;
    boolean interrupted;

    Entered(String file, String bundle, boolean starts, Instant since, Thread thread) {
      this.file = file;
      this.bundle = bundle;
      this.starts = starts;
      this.since = since;
      this.thread = thread;
    }
  }
}
