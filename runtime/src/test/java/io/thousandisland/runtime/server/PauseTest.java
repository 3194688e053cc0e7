// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.Uninterruptibly;
import io.thousandisland.runtime.supervision.Observer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker is paused while its connections are drained; several drains may pause it at once. */
@Timeout(60)
class PauseTest {

  private final Observer nobody =
      new Observer() {
        @Override
        public void restarted(String node, Throwable reason) {}

        @Override
        public void budgetExhausted(String supervisor, Throwable reason) {}
      };

  private static boolean rests(Acceptor acceptor) {
    return Uninterruptibly.awaitAll(
        List.of(acceptor.worker().pause()), Uninterruptibly.in(Duration.ofSeconds(15)));
  }

  @Test
  void pausesOfSeveralAtOnceAllReturn() throws Exception {
    try (var runtime = new RuntimeContext()) {
      var context = new ServerContext(AlteredSettings.of(), new Telemetry(), runtime);
      var listeners = RunningServer.listeners(context);
      var acceptor = new Acceptor(context, 1, listeners, nobody);
      var crash = new AtomicReference<Throwable>();
      acceptor.start(crash::set);
      var paused = new AtomicInteger();
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 3; i++) {
        threads.add(
            Thread.ofPlatform()
                .daemon()
                .start(
                    () -> {
                      for (int round = 0; round < 2_000; round++) {
                        if (!rests(acceptor)) {
                          return;
                        }
                        acceptor.worker().resume();
                        paused.incrementAndGet();
                      }
                    }));
      }
      for (Thread thread : threads) {
        assertThat(thread.join(Duration.ofSeconds(15))).as("pause returned").isTrue();
      }
      assertThat(paused).hasValue(6_000);
      acceptor.stop();
      assertThat(crash.get()).isNull();
    }
  }

  @Test
  void pauseOfAWorkerThatDoesNotRunReturnsAndHoldsItsNextLife() throws Exception {
    try (var runtime = new RuntimeContext()) {
      var context = new ServerContext(AlteredSettings.of(), new Telemetry(), runtime);
      var listeners = RunningServer.listeners(context);
      var acceptor = new Acceptor(context, 1, listeners, nobody);
      assertThat(rests(acceptor)).isTrue();
      acceptor.start(reason -> {});
      assertThat(rests(acceptor)).isTrue();
      acceptor.worker().resume();
      acceptor.worker().resume();
      acceptor.stop();
      assertThat(rests(acceptor)).isTrue();
    }
  }
}
