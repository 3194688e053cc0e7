// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A client that asks again as soon as it has its reply, until the test stops it or the server ends
 * the connection. A reply equals the bytes sent; at the end it may be only their beginning.
 */
final class Busy implements AutoCloseable {

  private static final String TEXT = "the quick brown fox";

  private final Client client;
  private final CompletableFuture<Integer> rounds = new CompletableFuture<>();
  private final CountDownLatch firstReply = new CountDownLatch(1);
  private volatile boolean stop; // read by the talking thread

  private Busy(Client client) {
    this.client = client;
  }

  /** Returns when the client has had its first reply. */
  static Busy talkingTo(int port) throws Exception {
    var busy = new Busy(new Client(port));
    Thread.ofPlatform().daemon().name("busy client").start(busy::talk);
    assertThat(busy.firstReply.await(30, TimeUnit.SECONDS)).as("first reply").isTrue();
    return busy;
  }

  private void talk() {
    try {
      String reply = TEXT;
      for (int done = 0; ; done++) {
        if (stop || reply.length() < TEXT.length()) {
          client.close();
          rounds.complete(done);
          return;
        }
        reply = client.askUntilTheEnd(TEXT);
        assertThat(TEXT).startsWith(reply);
        firstReply.countDown();
      }
    } catch (Throwable wrong) {
      rounds.completeExceptionally(wrong);
    }
  }

  void stopAfterAnotherRound() throws Exception {
    stop = true;
    roundsUntilTheEnd();
  }

  int roundsUntilTheEnd() throws Exception {
    return rounds.get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    client.close();
  }
}
