// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.server.Drain;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rule S8: the work that goes on while handlers of another server hold every carrier. They do so
 * until the test lets them end, so work that needs a carrier does not happen.
 */
@ParameterizedClass
@EnumSource
@Timeout(60)
class BusyCarriersTest {

  /** The ways in which a handler gives its carrier to nobody. */
  enum Busy {
    COMPUTES {
      @Override
      void until(BooleanSupplier released) {
        while (!released.getAsBoolean()) {
          Thread.onSpinWait();
        }
      }
    },
    /** Holds its carrier on JDK 21 to 23 only (JEP 491). */
    SLEEPS_WHILE_SYNCHRONIZED {
      @Override
      void until(BooleanSupplier released) throws InterruptedException {
        synchronized (new Object()) {
          while (!released.getAsBoolean()) {
            Thread.sleep(10);
          }
        }
      }
    };

    abstract void until(BooleanSupplier released) throws InterruptedException;
  }

  private final Busy how;

  BusyCarriersTest(Busy how) {
    this.how = how;
  }

  private static final int CARRIERS =
      Integer.getInteger(
          "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());

  /** Of a force whose shutdown timeout is 20 times as long. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private volatile boolean released;
  private RunningServer busy;
  private RunningServer server;
  private java.net.Socket before;
  private final Promising handler = new Promising();

  /** Holds its carrier until the test releases it. */
  private final class Holding extends TestHandler {
    final CountDownLatch holding = new CountDownLatch(CARRIERS);

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      holding.countDown();
      how.until(() -> released);
      return super.handleData(data, socket, state);
    }
  }

  private static final class Promising extends TestHandler {
    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state)
        throws Exception {
      socket.send(bytes((String) message));
      return Next.proceed(state);
    }
  }

  @BeforeEach
  void occupyEveryCarrier() throws Exception {
    server = new RunningServer(RunningServer.settings(), new TestHandler());
    server.serve(handler, true);
    before = server.connect();
    assertThat(echo(before, "a")).isEqualTo("a");
    var holding = new Holding();
    busy = new RunningServer(RunningServer.settings(), new TestHandler());
    busy.serve(holding, false);
    for (int i = 0; i < CARRIERS; i++) {
      send(busy.connect(), "hold");
    }
    assertThat(holding.holding.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @AfterEach
  void release() throws Exception {
    released = true;
    busy.close();
    server.close();
  }

  /** The connection needs no carrier to end, and its place is free again. */
  @Test
  void s8SilentPeersAreStillFoundAndEnd() throws Exception {
    Duration soon = Duration.ofMillis(100);
    server.node.configure(AlteredSettings.of("firstByteTimeout", soon));
    assertThat(ended(server.connect())).isTrue();
    assertThat(handler.ended()).isEqualTo("timeout new");
  }

  /** Its handler has no carrier to answer on. */
  @Test
  void s8OldConnectionWhoseHandlerCannotRunEndsByForce() throws Exception {
    server.serve(new TestHandler(), false);
    var stuck = server.connect(); // its thread gets no carrier
    Duration soon = Duration.ofMillis(100);
    server.node.configure(
        AlteredSettings.of("maxAge", soon, "drainTimeout", soon, "shutdownTimeout", soon));
    assertThat(ended(stuck)).isTrue();
    server.awaitConnections(0);
  }

  /**
   * The thread is ready to end and gets no carrier in the grace of the force. No handler keeps it.
   */
  @Test
  void s8HandlerIsNotBlamedForAThreadThatWaitsForACarrier() throws Exception {
    assumeTrue(how == Busy.COMPUTES, "the other way depends on the JDK");
    server.serve(new TestHandler(), false);
    server.connect(); // its thread gets no carrier
    server.node.configure(
        AlteredSettings.of(
            "drainTimeout", Duration.ZERO, "shutdownTimeout", GRACE.multipliedBy(20)));
    Drain drain = server.node.drain();
    server.await("shutdown", s -> drain.progress().phase() == Drain.Phase.SHUTDOWN);
    drain.cutShort();
    server.await("force", s -> drain.progress().phase() == Drain.Phase.FORCE);
    long graceIsOver = System.nanoTime() + GRACE.toNanos();
    while (System.nanoTime() - graceIsOver < 0) {
      LockSupport.parkNanos(graceIsOver - System.nanoTime());
    }
    assertThat(drain.result()).isNotDone();
    released = true;
    assertThat(drain.result().get(20, TimeUnit.SECONDS).lingering()).isEmpty();
  }

  @Test
  void s8PromisingHandlersGoOn() throws Exception {
    assertThat(echo(before, "b")).isEqualTo("b");
  }

  @Test
  void s8ClientsAreAcceptedAndServed() throws Exception {
    for (int i = 0; i < 20; i++) { // some for each acceptor
      assertThat(echo(server.connect(), "c" + i)).isEqualTo("c" + i);
    }
  }

  /** Prints the latencies; an assertion about them would depend on the machine. */
  @Test
  void s8LatencyOfEchoesAndOfNewClients() throws Exception {
    var echoes = new ArrayList<Long>();
    var clients = new ArrayList<Long>();
    for (int i = 0; i < 500; i++) {
      long start = System.nanoTime();
      assertThat(echo(before, "ping")).isEqualTo("ping");
      echoes.add(System.nanoTime() - start);
      if (i % 10 == 0) {
        start = System.nanoTime();
        try (var client = server.connect()) {
          assertThat(echo(client, "ping")).isEqualTo("ping");
        }
        clients.add(System.nanoTime() - start);
      }
    }
    System.out.printf(
        "S8, Java %d, on each of %d carriers a handler %s: an echo takes %s, a new client with its"
            + " first echo %s%n",
        Runtime.version().feature(), CARRIERS, how, spread(echoes), spread(clients));
  }

  private static String spread(List<Long> nanos) {
    Collections.sort(nanos);
    return "%.2f ms (p50) to %.2f ms (all of %d)"
        .formatted(nanos.get(nanos.size() / 2) / 1e6, nanos.getLast() / 1e6, nanos.size());
  }

  @Test
  void s8ClientsOfTheBusyServerAreAccepted() throws Exception {
    int now = busy.node.info().connections();
    busy.connect();
    busy.awaitConnections(now + 1);
  }

  @Test
  void s8MessagesAreDelivered() throws Exception {
    assertThat(handler.ref().tell("m")).isTrue();
    assertThat(before.getInputStream().read()).isEqualTo('m');
  }

  @Test
  void s8DrainsEnd() throws Exception {
    server.stop();
    assertThat(ended(before)).isTrue();
    assertThat(handler.ended()).isEqualTo("shutdown new");
  }
}
