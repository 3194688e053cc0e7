// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.CLOSE;
import static io.thousandisland.runtime.signals.Signals.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule H7: a bounded mailbox that refuses messages when it is full. */
@Timeout(60)
class MailboxTest {

  private final Signals signals = new Signals(new DeadlineSweeper());
  private final Mailbox mailbox = new Mailbox(7, 2, signals);

  @Test
  void h7MessagesComeInOrderEachWithItsSignal() {
    assertThat(mailbox.id()).isEqualTo(7);
    assertThat(mailbox.tell("a")).isTrue();
    assertThat(mailbox.tell("b")).isTrue();
    assertThat(signals.take(MESSAGE)).isEqualTo(MESSAGE);
    assertThat(mailbox.take()).isEqualTo("a");
    assertThat(signals.take(MESSAGE)).as("one more is there").isEqualTo(MESSAGE);
    assertThat(mailbox.take()).isEqualTo("b");
    assertThat(signals.take(MESSAGE)).isZero();
    assertThat(mailbox.take()).isNull();
  }

  @Test
  void h7FullMailboxSaysNoUntilOneIsTaken() {
    mailbox.tell("a");
    mailbox.tell("b");
    assertThat(mailbox.tell("c")).isFalse();
    assertThat(mailbox.take()).isEqualTo("a");
    assertThat(mailbox.tell("d")).isTrue();
    assertThat(mailbox.take()).isEqualTo("b");
    assertThat(mailbox.take()).isEqualTo("d");
  }

  @Test
  void h7EndedConnectionTakesNothingAndKeepsNothing() {
    mailbox.tell("a");
    assertThat(mailbox.open()).isTrue();
    mailbox.end();
    assertThat(mailbox.open()).isFalse();
    assertThat(mailbox.tell("b")).isFalse();
    assertThat(mailbox.take()).isNull();
  }

  @Test
  void h7CloseAsksTheConnectionToEnd() {
    mailbox.close();
    assertThat(signals.isRaised(CLOSE)).isTrue();
  }

  @Test
  @SuppressWarnings("NullAway") // the test passes null on purpose
  void nothingIsNoMessage() {
    assertThatThrownBy(() -> mailbox.tell(null)).isInstanceOf(NullPointerException.class);
  }

  private record Message(int from, int number) {}

  /**
   * Every message that was accepted is delivered, once and in each teller's order; the owner only
   * waits.
   */
  @Test
  void h7NoMessageIsLostAmongManyTellers() throws Exception {
    int tellers = 4;
    int each = 5_000;
    var box = new Mailbox(1, 16, signals);
    var delivered = new AtomicInteger();
    var disordered = new AtomicInteger();
    Thread owner =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  Map<Integer, Integer> last = new HashMap<>();
                  while (delivered.get() < tellers * each) {
                    signals.await(MESSAGE);
                    if (box.take() instanceof Message message) {
                      Integer before = last.put(message.from(), message.number());
                      if (message.number() != (before == null ? 0 : before + 1)) {
                        disordered.incrementAndGet();
                      }
                      delivered.incrementAndGet();
                    }
                  }
                });
    signals.owner(owner);
    owner.start();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < tellers; i++) {
      int me = i;
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    for (int number = 0; number < each; number++) {
                      while (!box.tell(new Message(me, number))) {
                        Thread.yield();
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(30))).as("delivered " + delivered).isTrue();
    }
    assertThat(owner.join(Duration.ofSeconds(30))).as("delivered " + delivered).isTrue();
    assertThat(disordered).hasValue(0);
  }
}
