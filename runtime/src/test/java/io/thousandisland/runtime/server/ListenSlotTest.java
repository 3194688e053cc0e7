// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.signals.Signals.PAUSE;
import static io.thousandisland.runtime.signals.Signals.STOP;
import static io.thousandisland.runtime.signals.Signals.TURN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.runtime.listening.ListenSlot;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.transport.ListenAt;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers on one listening channel take turns, and no turn is lost. */
@Timeout(60)
class ListenSlotTest {

  private final DeadlineSweeper sweeper = new DeadlineSweeper();
  private final MemoryTransport transport = new MemoryTransport();
  private final ListenSlot slot = new ListenSlot(new ListenSlot.Group());
  private final BlockingQueue<String> turns = new LinkedBlockingQueue<>();
  private final List<Worker> workers = new ArrayList<>();
  private int port;

  @BeforeEach
  void open() throws Exception {
    slot.open(
        transport.listen(
            new ListenAt(InetSocketAddress.createUnresolved("memory", 0), 4096, Map.of())));
    port = ((InetSocketAddress) Objects.requireNonNull(slot.channel()).localAddress()).getPort();
  }

  @AfterEach
  void stop() {
    workers.forEach(worker -> worker.signals.raise(STOP));
    transport.close();
  }

  /** Accepts one connection at each turn, as an acceptor does, and reports the turn. */
  private final class Worker implements Runnable {
    final String name;
    final Signals signals = new Signals(sweeper);
    final Thread thread;
    final AtomicInteger accepted = new AtomicInteger();

    Worker(String name) {
      this.name = name;
      thread = Thread.ofVirtual().unstarted(this);
      signals.owner(thread);
      workers.add(this);
    }

    @Override
    public void run() {
      boolean more = true;
      while (!signals.isRaised(STOP)) {
        if (Turns.await(slot, signals, !more, STOP | PAUSE) == null) {
          continue;
        }
        more = false;
        try {
          more = slot.accept() != null;
          if (more) {
            accepted.incrementAndGet();
            turns.add(name);
          }
        } catch (java.io.IOException closed) {
          return;
        } finally {
          slot.pass(more);
        }
      }
    }
  }

  /** Starts workers one after the other, so that they wait in this order. */
  private void start(String... names) {
    for (String name : names) {
      Thread thread = new Worker(name).thread;
      thread.start();
      while (thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }
  }

  private String turn() throws InterruptedException {
    return turns.poll(20, TimeUnit.SECONDS);
  }

  @Test
  void turnsGoRoundAlsoWhenQuiet() throws Exception {
    start("a", "b", "c", "d"); // an even number: with an odd number other orders go round, too
    var seen = new ArrayList<String>();
    for (int i = 0; i < 12; i++) {
      transport.connect(port);
      seen.add(turn()); // quiet between one connection and the next
      workers.forEach(worker -> awaitRest(worker.thread));
    }
    assertThat(seen.subList(0, 4)).doesNotHaveDuplicates();
    assertThat(seen.subList(4, 8)).isEqualTo(seen.subList(0, 4));
    assertThat(seen.subList(8, 12)).isEqualTo(seen.subList(0, 4));
  }

  private static void awaitRest(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  /**
   * One worker may get no processor while the others take the connections, so there are several
   * bursts. Before each burst all workers wait for their turn.
   */
  @Test
  void burstIsSpreadOverAll() throws Exception {
    start("a", "b", "c", "d");
    for (int burst = 0; burst < 100 && !spread(); burst++) {
      workers.forEach(worker -> awaitRest(worker.thread));
      for (int i = 0; i < 400; i++) {
        transport.connect(port);
      }
      for (int i = 0; i < 400; i++) {
        assertThat(turn()).isNotNull();
      }
    }
    assertThat(workers).allSatisfy(w -> assertThat(w.accepted.get()).isGreaterThan(10));
  }

  private boolean spread() {
    return workers.stream().allMatch(worker -> worker.accepted.get() > 10);
  }

  @Test
  void waiterThatLeavesTakesNoTurnWithIt() throws Exception {
    var holder = new Signals(sweeper);
    var leaving = new Signals(sweeper);
    assertThat(Turns.await(slot, holder, false, STOP)).isEqualTo(slot); // the first look is due
    leaving.raise(STOP);
    assertThat(Turns.await(slot, leaving, true, STOP)).isNull();
    slot.pass(true);
    var next = new Signals(sweeper);
    assertThat(Turns.await(slot, next, false, STOP)).isEqualTo(slot);
  }

  @Test
  void turnThatComesTogetherWithAStopIsPassedOn() {
    var both = new Signals(sweeper);
    both.raise(STOP);
    assertThat(Turns.await(slot, both, false, STOP)).isNull(); // the waiter got a turn, and leaves
    var next = new Signals(sweeper);
    assertThat(Turns.await(slot, next, false, STOP)).isEqualTo(slot);
  }

  @Test
  void closedSlotSaysSoAndServesAgainWhenOpenedAgain() throws Exception {
    var me = new Signals(sweeper);
    assertThat(Turns.await(slot, me, false, STOP)).isEqualTo(slot);
    Objects.requireNonNull(slot.close()).close();
    assertThat(slot.channel()).isNull();
    assertThatThrownBy(slot::accept).isInstanceOf(ClosedChannelException.class);
    slot.pass(false);
    slot.open(
        transport.listen(
            new ListenAt(InetSocketAddress.createUnresolved("memory", port), 8, Map.of())));
    assertThat(Turns.await(slot, me, false, STOP)).isEqualTo(slot);
    transport.connect(port);
    assertThat(slot.accept()).isNotNull();
  }

  // ---- more slots than workers

  private ListenSlot further(ListenSlot.Group group) throws Exception {
    var further = new ListenSlot(group);
    further.open(
        transport.listen(
            new ListenAt(InetSocketAddress.createUnresolved("memory", 0), 4096, Map.of())));
    return further;
  }

  private static int portOf(ListenSlot slot) {
    return ((InetSocketAddress) Objects.requireNonNull(slot.channel()).localAddress()).getPort();
  }

  /** Otherwise a busy address would keep the clients of all others waiting. */
  @Test
  void s12OneWorkerServesBusySlotsInTurnThoughItAttendsOnlyOneOfThem() throws Exception {
    var group = new ListenSlot.Group();
    List<ListenSlot> slots = List.of(further(group), further(group), further(group));
    for (ListenSlot each : slots) {
      for (int i = 0; i < 10; i++) {
        transport.connect(portOf(each));
      }
    }
    var me = new Signals(sweeper);
    var seen = new ArrayList<Integer>();
    for (int i = 0; i < 30; i++) {
      ListenSlot turn = Objects.requireNonNull(Turns.await(slots.getFirst(), me, false, STOP));
      assertThat(turn.accept()).isNotNull();
      seen.add(slots.indexOf(turn));
      turn.pass(true);
    }
    for (int i = 0; i < 30; i += 3) {
      assertThat(seen.subList(i, i + 3)).containsExactlyInAnyOrder(0, 1, 2);
    }
  }

  /** Otherwise the workers of the first slot would get all the connections of such a slot. */
  @Test
  void s12SlotWithoutWorkersTakesThoseOfTheOthersInTurn() throws Exception {
    var group = new ListenSlot.Group();
    List<ListenSlot> attended = List.of(further(group), further(group), further(group));
    ListenSlot alone = further(group);
    var workers = attended.stream().map(each -> new Signals(sweeper)).toList();
    var waiting = new ArrayList<ListenSlot.Waiter>();
    for (int i = 0; i < 3; i++) {
      waiting.add(attended.get(i).queue(workers.get(i), false));
    }
    settle(attended, workers, waiting); // a new channel may have a client: all look, once
    var lent = new int[3];
    for (int round = 0; round < 9; round++) {
      transport.connect(portOf(alone));
      int who = awaitTurn(workers);
      ListenSlot turn = Objects.requireNonNull(attended.get(who).turnOf(waiting.get(who)));
      assertThat(turn).isSameAs(alone);
      assertThat(turn.accept()).isNotNull();
      assertThat(turn.accept()).isNull(); // so the transport tells of the next one
      turn.pass(false);
      int unused = workers.get(who).take(TURN);
      lent[who]++;
      waiting.set(who, attended.get(who).queue(workers.get(who), false));
    }
    assertThat(lent).containsExactly(3, 3, 3);
  }

  /** Takes the turns that are due until all workers wait. */
  private static void settle(
      List<ListenSlot> slots, List<Signals> workers, List<ListenSlot.Waiter> waiting)
      throws Exception {
    for (boolean found = true; found; ) {
      found = false;
      for (int i = 0; i < workers.size(); i++) {
        ListenSlot turn = slots.get(i).turnOf(waiting.get(i));
        if (turn != null) {
          found = true;
          assertThat(turn.accept()).isNull();
          turn.pass(false);
          int unused = workers.get(i).take(TURN);
          waiting.set(i, slots.get(i).queue(workers.get(i), false));
        }
      }
    }
  }

  private static int awaitTurn(List<Signals> workers) {
    while (true) {
      for (int i = 0; i < workers.size(); i++) {
        if (workers.get(i).isRaised(TURN)) {
          return i;
        }
      }
      Thread.onSpinWait();
    }
  }

  /** Connections come while workers are called away and come back: all are accepted. */
  @Test
  void noConnectionIsForgottenWhileWorkersComeAndGo() throws Exception {
    start("a", "b", "c", "d");
    int connections = 4_000;
    var over = new CountDownLatch(1);
    Thread disturber =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  for (int i = 0; over.getCount() > 0; i++) {
                    workers.get(i % workers.size()).signals.raise(PAUSE);
                    Thread.yield();
                  }
                });
    for (int i = 0; i < connections; i++) {
      transport.connect(port);
      if (i % 16 == 0) {
        Thread.yield();
      }
    }
    for (int i = 0; i < connections; i++) {
      assertThat(turn()).as("connection %d of %d", i, connections).isNotNull();
    }
    over.countDown();
    assertThat(disturber.join(Duration.ofSeconds(20))).isTrue();
  }
}
