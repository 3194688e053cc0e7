// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.server.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule V4: acceptors that are added while the system gives no thread. */
@Timeout(60)
class AcceptorStartTest {

  /** The number of further starts that fail. */
  private final AtomicInteger failures = new AtomicInteger();

  /** Released by each start that has failed. */
  private final Semaphore failed = new Semaphore(0);

  /** The state of the server after each of its changes. */
  private final BlockingQueue<String> states = new LinkedBlockingQueue<>();

  private RuntimeContext runtime;
  private ServerNode node;

  private Thread mayFail(Runnable work) {
    return new Thread(work) {
      @Override
      public void start() {
        if (failures.get() > 0) {
          failures.decrementAndGet();
          failed.release();
          throw new Error("no thread, on purpose"); // an OutOfMemoryError would end JUnit
        }
        super.start();
      }
    };
  }

  @BeforeEach
  void serve() throws Exception {
    runtime = new RuntimeContext(DeadlineSweeper.started(), new MemoryBudget(), this::mayFail);
    node = new ServerNode(AlteredSettings.of("acceptors", 1), new Telemetry(), runtime);
    node.onChange(() -> states.add(state()));
    node.transport("test", RunningServer.TCP);
    node.serve(
        new HandlerBinding(
            new HandlerBinding.Facts("h", "1", 1, 0, RunningServer.NONBLOCKING),
            new TestHandler()));
    node.start();
    await("1 RUNNING "::equals);
  }

  @AfterEach
  void stop() {
    failures.set(0);
    node.stop().join();
    runtime.close();
  }

  private String state() {
    var info = node.info();
    return info.acceptors() + " " + info.status() + " " + info.reason().orElse("");
  }

  private void await(Predicate<String> wanted) throws InterruptedException {
    for (String last = ""; !wanted.test(last); ) {
      last = states.poll(20, TimeUnit.SECONDS);
      assertThat(last).as("the state that is awaited; now " + state()).isNotNull();
    }
  }

  private void assertServes() throws Exception {
    var address = (InetSocketAddress) node.info().address().orElseThrow();
    try (var client = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
      client.setSoTimeout(20_000);
      assertThat(echo(client, "a")).isEqualTo("a");
    }
  }

  @Test
  void b17AcceptorThatCannotBeStartedIsTriedAgainAndTheStatusSaysSo() throws Exception {
    failures.set(3); // the second acceptor, in three tries
    node.configure(AlteredSettings.of("acceptors", 3));
    await(state -> state.startsWith("1 RUNNING only 1 acceptors could be started: "));
    assertThat(node.info().reason().orElseThrow()).contains("no thread, on purpose");
    assertServes();
    assertThat(failed.tryAcquire(3, 20, TimeUnit.SECONDS)).isTrue();
    await("3 RUNNING "::equals);
    assertThat(node.status()).isEqualTo(Status.RUNNING);
    assertThat(node.info().reason()).isEmpty();
    assertServes();
  }

  @Test
  void b17AcceptorsThatNobodyWantsAnyMoreAreNotTriedAgain() throws Exception {
    failures.set(1_000);
    node.configure(AlteredSettings.of("acceptors", 3));
    await(state -> state.startsWith("1 RUNNING only 1 acceptors could be started: "));
    node.configure(AlteredSettings.of("acceptors", 1));
    await("1 RUNNING "::equals);
    assertThat(node.info().reason()).isEmpty();
    assertServes();
  }
}
