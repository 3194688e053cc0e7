// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.drain;

import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A sequence of drains, seen as one drain.
 *
 * <p>Thread: written by the thread that runs the drains, read by any.
 */
public final class Sequence implements Drain {

  private final String what;
  private final CompletableFuture<Drained> result = new CompletableFuture<>();
  private final long began = System.nanoTime();
  private final List<Drained> done = new ArrayList<>();

  /** The drain that runs now. */
  private volatile DrainRun current;

  /** The number of connections that earlier drains have ended. */
  private volatile int ended;

  Sequence(String what, DrainRun first) {
    this.what = what;
    this.current = first;
  }

  /** {@code next} runs now. */
  void begin(DrainRun next) {
    ended = done.stream().mapToInt(d -> d.migrated() + d.graceful() + d.forced()).sum();
    current = next;
  }

  /** The drain that ran is over. */
  void over(Drained drained) {
    done.add(drained);
  }

  /** The sum of all results. */
  Drained sum() {
    return new Drained(
        done.stream().mapToInt(Drained::migrated).sum(),
        done.stream().mapToInt(Drained::graceful).sum(),
        done.stream().mapToInt(Drained::forced).sum(),
        done.stream().flatMap(each -> each.lingering().stream()).toList(),
        elapsed());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  @Override
  public String what() {
    return what;
  }

  /** Phase and remainder are those of the part that runs now. */
  @Override
  public Progress progress() {
    Progress now = current.progress();
    return new Progress(now.phase(), now.remaining(), ended + now.ended(), elapsed());
  }

  @Override
  public void cutShort() {
    current.cutShort();
  }

  @Override
  public CompletableFuture<Drained> result() {
    return result;
  }
}
