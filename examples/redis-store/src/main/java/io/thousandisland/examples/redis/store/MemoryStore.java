// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.redis.store;

import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * A store in memory. It is a component of a bundle of its own, so the data outlives an update of
 * the handler.
 *
 * <p>It is {@code immediate}: otherwise Declarative Services would let it go, with its data, in the
 * moment of the update in which no component uses it.
 *
 * <p>A value that has expired is dropped when its key is used next. Besides, each set looks at a
 * few other values and drops those that have expired, so that forgotten values do not pile up.
 */
@Component(immediate = true)
public final class MemoryStore implements Store {

  /** The values that each set looks at. */
  private static final int LOOKS = 2;

  /**
   * @param until a {@link System#nanoTime}; null for no end
   */
  private record Entry(String value, @Nullable Long until) {}

  private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
  private final LongSupplier clock;

  private final ReentrantLock looking = new ReentrantLock();

  /** Where the looks go on; guarded by {@link #looking}. */
  private Iterator<Entry> next = entries.values().iterator();

  @Activate
  public MemoryStore() {
    this(System::nanoTime);
  }

  MemoryStore(LongSupplier clock) {
    this.clock = clock;
  }

  private boolean isDead(Entry entry) {
    Long until = entry.until;
    return until != null && until - clock.getAsLong() <= 0;
  }

  /** The entry if it lives, for a step that is atomic. */
  private @Nullable Entry alive(@Nullable Entry entry) {
    return entry == null || isDead(entry) ? null : entry;
  }

  @Override
  public Optional<String> get(String key) {
    Entry entry = entries.get(key);
    if (entry != null && isDead(entry)) {
      entries.remove(key, entry);
      return Optional.empty();
    }
    return Optional.ofNullable(entry).map(Entry::value);
  }

  @Override
  public boolean set(String key, String value, Optional<Duration> life, Condition condition) {
    lookAtSome();
    var mine = new Entry(value, life.map(this::in).orElse(null));
    return mine
        == entries.compute(
            key,
            (any, before) -> {
              Entry alive = alive(before);
              boolean sets =
                  switch (condition) {
                    case ALWAYS -> true;
                    case IF_ABSENT -> alive == null;
                    case IF_PRESENT -> alive != null;
                  };
              return sets ? mine : alive;
            });
  }

  private long in(Duration life) {
    return clock.getAsLong() + life.toNanos();
  }

  private void lookAtSome() {
    if (looking.tryLock()) {
      try {
        for (int i = 0; i < LOOKS; i++) {
          if (!next.hasNext()) {
            next = entries.values().iterator();
            return;
          }
          if (isDead(next.next())) {
            next.remove();
          }
        }
      } finally {
        looking.unlock();
      }
    }
  }

  @Override
  public boolean delete(String key) {
    Entry entry = entries.remove(key);
    return alive(entry) != null;
  }

  @Override
  public long add(String key, long more) {
    Entry sum =
        entries.compute(
            key,
            (any, before) -> {
              Entry alive = alive(before);
              return alive == null
                  ? new Entry(Long.toString(more), null)
                  : new Entry(Long.toString(Math.addExact(number(alive.value), more)), alive.until);
            });
    return sum == null ? more : Long.parseLong(sum.value);
  }

  /** A number as Redis takes it: neither {@code +5} nor {@code 007} is one. */
  private static long number(String text) {
    long number = Long.parseLong(text);
    if (!text.equals(Long.toString(number))) {
      throw new NumberFormatException(text);
    }
    return number;
  }

  @Override
  public boolean expire(String key, Duration life) {
    long until = in(life);
    return entries.computeIfPresent(
            key, (any, before) -> isDead(before) ? null : new Entry(before.value, until))
        != null;
  }

  @Override
  public long secondsLeft(String key) {
    Entry entry = alive(entries.get(key));
    if (entry == null) {
      return -2;
    }
    Long until = entry.until;
    return until == null
        ? -1
        : Duration.ofNanos(until - clock.getAsLong()).plusNanos(999_999_999).toSeconds();
  }

  /** The values that are kept, dead ones included. */
  int size() {
    return entries.size();
  }
}
