// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rule X7: the channels to which a poller lends its thread, and the number of threads that this may
 * cost.
 */
@Timeout(60)
class LendingTest {

  private final List<Channel> channels = new ArrayList<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private @Nullable Pollers pollers;

  private Poller start(Standby standby) throws IOException {
    pollers = Pollers.start(1, PollerThreads.PLATFORM.factory(), standby);
    return pollers.next();
  }

  @AfterEach
  void end() throws IOException {
    release.countDown();
    if (pollers != null) {
      pollers.close();
    }
    for (Channel channel : channels) {
      channel.close();
    }
  }

  /** A channel that keeps each lent thread until the test releases it. */
  private class Channel implements Polled {
    private final Pipe pipe = Pipe.open();
    private final Interest reading;

    Channel(Poller poller) throws IOException {
      channels.add(this);
      pipe.source().configureBlocking(false);
      reading =
          new Interest(
              SelectionKey.OP_READ, new Registration<>(pipe.source(), takesThread -> poller, this));
      reading.arm();
    }

    void write() throws IOException {
      pipe.sink().write(ByteBuffer.wrap(new byte[1]));
    }

    @Override
    public void ready(int ops, @Nullable ThreadLender lender) {
      if (reading.ready()) {
        told.add(lender == null ? "told" : "lent");
        if (lender != null) {
          awaitRelease();
        }
      }
    }

    @Override
    public void turn(ThreadLender lender) {
      told.add("turn on " + (Thread.currentThread().isVirtual() ? "virtual" : "poller"));
    }

    private void awaitRelease() {
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() throws IOException {
      pipe.source().close();
      pipe.sink().close();
    }
  }

  private List<String> heard(int count) throws InterruptedException {
    List<String> heard = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      heard.add(told.poll(20, TimeUnit.SECONDS));
    }
    return heard;
  }

  @Test
  void x7NoMoreThreadsAreAwayThanThereArePlacesAndAllChannelsAreTold() throws Exception {
    var standby = new Standby(2);
    Poller poller = start(standby);
    for (int i = 0; i < 6; i++) {
      new Channel(poller).write();
    }
    assertThat(heard(6)) // the next leader may report before the lent thread does
        .containsExactlyInAnyOrder("lent", "lent", "told", "told", "told", "told");
    assertThat(standby.free()).isZero();

    release.countDown();
    while (standby.free() == 0) { // until the second thread comes back
      assertThat(Thread.interrupted()).as("in time").isFalse();
      Thread.onSpinWait();
    }
    new Channel(poller).write();
    assertThat(heard(1)).containsExactly("lent");
  }

  @Test
  void x7TurnThatWasPromisedComesThoughThePollerEnds() throws Exception {
    Poller poller = start(new Standby(1));
    var first = new Channel(poller);
    first.write(); // keeps the only thread, so that later requests are left to the end
    assertThat(heard(1)).containsExactly("lent");
    assertThat(poller.ask(first)).isTrue();
    var closing = Thread.ofPlatform().daemon().start(() -> close(poller));
    release.countDown();
    assertThat(closing.join(Duration.ofSeconds(20))).isTrue();
    assertThat(heard(1).getFirst()).startsWith("turn on ");
    assertThat(poller.ask(first)).isFalse();
  }

  private static void close(Poller poller) {
    try {
      poller.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
