// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The counts of one phase of a {@link Stampede}. Any thread may count. */
final class Outcomes {

  private final AtomicLongArray counts =
      new AtomicLongArray(Act.values().length * Outcome.values().length);
  private final LongAdder replies = new LongAdder();

  void count(Act act, Outcome outcome) {
    counts.incrementAndGet(act.ordinal() * Outcome.values().length + outcome.ordinal());
  }

  /** A right reply. */
  void replied() {
    replies.increment();
  }

  /** The replies, then the outcomes of each act, in the order of both enums. */
  @Override
  public String toString() {
    return replies
        + IntStream.range(0, counts.length())
            .mapToObj(i -> " " + counts.get(i))
            .collect(Collectors.joining());
  }
}
