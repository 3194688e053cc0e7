package io.thousandisland.deploy.bundles;

import io.thousandisland.deploy.watch.Report;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleException;

/**
 * The code of a bundle that the thread of the bundles is in. It may hang, and then nothing else
 * happens to the bundles of the folder: somebody has to be told, and the framework has to be able
 * to stop nevertheless.
 *
 * <p>Thread: that of the bundles runs the code; that of the configurations tells; any interrupts.
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

  /** An interrupt was meant for the code that is left here, and for nothing after it. */
  private synchronized void leave() {
    boolean interrupted = Thread.interrupted();
    if (interrupted && entered != null && !entered.interrupted) {
      Thread.currentThread().interrupt();
    }
    entered = null;
  }

  /** Tells once about code that takes long. */
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

  /** A start is of no use any more. A stop is: it may drain connections. */
  public synchronized void interruptStart() {
    if (entered != null && entered.starts) {
      entered.interrupted = true;
      entered.thread.interrupt();
    }
  }

  /** Into a bundle. */
  interface Call {
    void run() throws BundleException;
  }

  /** Its fields that change are guarded by the object around it. */
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
