// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** The load of one test: 32 busy connections, and either two clients that come and go or none. */
final class Load implements AutoCloseable {

  private interface Client {
    void run(BooleanSupplier over) throws Exception;
  }

  private final List<Talker> talkers;
  private final List<Visitor> visitors;
  private final List<CompletableFuture<Void>> clients = new ArrayList<>();
  private volatile boolean over;
  private volatile boolean updating;
  private final long updatingSince;

  Load(int port) {
    this(port, 2);
  }

  Load(int port, int visiting) {
    this(List.of(Door.plain(port)), visiting);
  }

  /**
   * @param doors used in turn
   */
  Load(List<Door> doors, int visiting) {
    talkers =
        IntStream.range(0, 32)
            .mapToObj(i -> new Talker(doors.get(i % doors.size()), i, () -> updating))
            .toList();
    visitors =
        IntStream.range(0, visiting)
            .mapToObj(i -> new Visitor(doors.get(i % doors.size())))
            .toList();
    talkers.forEach(talker -> start(talker::talk));
    visitors.forEach(visitor -> start(visitor::visit));
    awaitReplies(50); // so that the code is warm, and there is something to compare with
    updatingSince = System.nanoTime();
    updating = true;
  }

  private void start(Client client) {
    var end = new CompletableFuture<Void>();
    clients.add(end);
    Thread.ofPlatform()
        .name("load " + clients.size())
        .start(
            () -> {
              try {
                client.run(() -> over);
                end.complete(null);
              } catch (Throwable wrong) {
                end.completeExceptionally(wrong);
              }
            });
  }

  /** Lets the load go on for {@code length}, or fails with the first failure of a client. */
  void goOn(Duration length) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(length.plusSeconds(40))
        .until(
            () -> {
              clients.stream().filter(CompletableFuture::isDone).forEach(CompletableFuture::join);
              return System.nanoTime() - updatingSince >= length.toNanos();
            });
  }

  /** Returns when every client has had {@code more} replies, or fails with the first failure. */
  void awaitReplies(int more) {
    long[] talked = talkers.stream().mapToLong(t -> t.replies).toArray();
    long[] visited = visitors.stream().mapToLong(v -> v.replies).toArray();
    Awaitility.await()
        .atMost(Duration.ofSeconds(40))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              clients.stream().filter(CompletableFuture::isDone).forEach(CompletableFuture::join);
              return advanced(talkers, t -> t.replies, talked, more)
                  && advanced(visitors, v -> v.replies, visited, more);
            });
  }

  private static <T> boolean advanced(
      List<T> all, ToLongFunction<T> replies, long[] from, int more) {
    return IntStream.range(0, from.length)
        .allMatch(i -> replies.applyAsLong(all.get(i)) >= from[i] + more);
  }

  /** Stops all clients, and fails if one of them saw anything wrong. */
  Figures end(int updates) throws Exception {
    var length = Duration.ofNanos(System.nanoTime() - updatingSince);
    over = true;
    for (var client : clients) {
      client.get(40, TimeUnit.SECONDS);
    }
    var before = new Latencies();
    var during = new Latencies();
    talkers.forEach(talker -> before.addAll(talker.before));
    talkers.forEach(talker -> during.addAll(talker.during));
    long told = sum(talkers, t -> t.goodbyes) + sum(visitors, v -> v.goodbyes);
    long replies = sum(talkers, t -> t.replies) + sum(visitors, v -> v.replies);
    long refused = sum(visitors, v -> v.refused);
    long connects = sum(visitors, v -> v.connects);
    long asked = sum(talkers, t -> t.sent) + connects - refused;
    return new Figures(
        updates,
        length,
        connects,
        refused,
        replies,
        asked - replies - told,
        sum(talkers, t -> t.goodbyes),
        sum(visitors, v -> v.goodbyes),
        before,
        during,
        talkers.stream().mapToLong(t -> t.longestGap).max().orElseThrow());
  }

  private static <T> long sum(List<T> all, ToLongFunction<T> value) {
    return all.stream().mapToLong(value).sum();
  }

  @Override
  public void close() {
    over = true;
  }
}
