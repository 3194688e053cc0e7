// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import io.thousandisland.runtime.absence.WhyNobody;
import io.thousandisland.runtime.signals.Later;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;

/**
 * The reason why one server finds no handler. To find it takes a look at all bundles. So the look
 * is taken a moment later, on a thread of its own, and only while there is no handler.
 *
 * <p>Thread: any.
 */
public final class Diagnosis {

  /** An ordinary update is over by then. A handler that is missing longer is worth a look. */
  private static final Duration SETTLED = Duration.ofMillis(500);

  private record Found(Filter wanted, String why) {}

  private final String thread;
  private final Later later;
  private final Function<Filter, String> look;
  private final Supplier<Optional<Filter>> unmet;
  private final Runnable changed;

  /** Whether a look is due in a moment. */
  private final AtomicBoolean due = new AtomicBoolean();

  /** Null when no look has been taken yet. */
  private volatile @Nullable Found found;

  /**
   * @param look finds out why a filter matches no handler
   * @param unmet the filter that matches no handler now; empty when there is a handler
   * @param changed run after each look
   */
  Diagnosis(
      String thread,
      Later later,
      Function<Filter, String> look,
      Supplier<Optional<Filter>> unmet,
      Runnable changed) {
    this.thread = thread;
    this.later = later;
    this.look = look;
    this.unmet = unmet;
    this.changed = changed;
  }

  /** The reason found for {@code wanted}, or the little that is known without a look. */
  String of(Filter wanted) {
    Found last = found;
    return last != null && last.wanted().equals(wanted) ? last.why() : WhyNobody.plain(wanted);
  }

  /** Forgets the reason, because there is a handler: the next absence has reasons of its own. */
  void forget() {
    found = null;
  }

  /** Looks in a moment, unless there is a handler by then. */
  void lookSoon() {
    if (unmet.get().isPresent() && due.compareAndSet(false, true)) {
      var unused = later.in(SETTLED, () -> later.apart(thread, this::look));
    }
  }

  private void look() {
    due.set(false); // a call from now on causes another look
    unmet
        .get()
        .ifPresent(
            wanted -> {
              found = new Found(wanted, look.apply(wanted));
              changed.run();
            });
  }
}
