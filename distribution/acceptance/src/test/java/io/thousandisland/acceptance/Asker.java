// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An honest client that measures how long its replies take. */
final class Asker implements AutoCloseable {

  private final Client client;

  Asker(int port) throws IOException {
    client = new Client(port);
  }

  /** Asks {@code times} times. */
  Times ask(int times) throws IOException {
    var nanos = new long[times];
    for (int i = 0; i < times; i++) {
      nanos[i] = once("ask " + i);
      LockSupport.parkNanos(5_000_000);
    }
    return Times.of(nanos);
  }

  /** Asks until {@code done} completes. */
  Times askUntil(CompletableFuture<?> done) throws IOException {
    var nanos = new long[64];
    int count = 0;
    do {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count] = once("until " + count);
      count++;
      LockSupport.parkNanos(5_000_000);
    } while (!done.isDone());
    return Times.of(Arrays.copyOf(nanos, count));
  }

  private long once(String text) throws IOException {
    long asked = System.nanoTime();
    assertThat(client.ask(text)).isEqualTo(text);
    return System.nanoTime() - asked;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  /** How long replies took, in milliseconds. */
  record Times(int count, double p50, double p99, double longest) {

    private static Times of(long[] nanos) {
      Arrays.sort(nanos);
      return new Times(nanos.length, at(nanos, 50), at(nanos, 99), nanos[nanos.length - 1] / 1e6);
    }

    private static double at(long[] sorted, int percent) {
      return sorted[(int) Math.ceil(percent / 100.0 * sorted.length) - 1]
          / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    @Override
    public String toString() {
      return "%d asks p50 %.1f ms, p99 %.1f ms, longest %.1f ms"
          .formatted(count, p50, p99, longest);
    }
  }
}
