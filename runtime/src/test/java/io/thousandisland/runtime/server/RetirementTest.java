// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.bytes;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.handlers.Portable;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules W2, W3 and W5: a handler leaves, and some of its connections do not want to leave. */
@Timeout(60)
class RetirementTest {

  /**
   * Answers each line with its tag and the line. The line {@code stick} is not answered before
   * {@code goOn}; interrupts are ignored until then.
   */
  private static class Tagged implements Handler<Void> {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    private final String tag;

    Tagged(String tag) {
      this.tag = tag;
    }

    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      String line = text(data).strip();
      if (line.equals("stick")) {
        inside.countDown();
        awaitInSpiteOfInterrupts();
      }
      socket.send(bytes(tag + line));
      return Next.proceed(state);
    }

    private void awaitInSpiteOfInterrupts() {
      while (goOn.getCount() > 0) {
        try {
          goOn.await();
        } catch (InterruptedException e) {
          continue; // as in handlers that swallow interrupts
        }
      }
    }
  }

  /** Carries on when it is advised to finish. */
  private static class Staying extends Tagged {
    Staying(String tag) {
      super(tag);
    }

    @Override
    public Next<Void> handleDrain(Socket socket, Void state) {
      return Next.proceed(state);
    }
  }

  /** Declines to leave, and carries on when it is advised to finish. */
  private static class Declining extends Staying {
    Declining(String tag) {
      super(tag);
    }

    @Override
    public @Nullable Object exportState(Socket socket, Void state)
        throws MigrationDeclinedException {
      throw new MigrationDeclinedException("holds a lock");
    }
  }

  private static ServerSettings settings(Duration drain, Duration shutdown) {
    return RunningServer.settings().with(Timeouts.DEFAULT.withDrain(drain, shutdown));
  }

  private static ServerSettings patient() {
    return settings(Duration.ofSeconds(20), Duration.ofSeconds(20));
  }

  private static ServerSettings brief() {
    return settings(Duration.ofMillis(500), Duration.ofMillis(500));
  }

  private static Drained result(CompletableFuture<Drained> retired) throws Exception {
    return retired.get(30, TimeUnit.SECONDS);
  }

  /** A client whose connection is in a callback of {@code handler} until that may go on. */
  private static java.net.Socket stick(RunningServer server, Tagged handler) throws Exception {
    var client = server.connect();
    send(client, "stick\n");
    handler.inside.await();
    return client;
  }

  private static String ask(java.net.Socket client, String line) throws Exception {
    send(client, line + "\n");
    return read(client, 1 + line.length());
  }

  @Test
  void w3ConnectionsAreServedByTheOldHandlerWhileAStragglerHoldsUpTheUpdate() throws Exception {
    var old = new Tagged("a");
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(old);
      var straggler = stick(server, old);
      var healthy = server.connect();
      assertThat(ask(healthy, "one")).isEqualTo("aone");

      var retired = server.node.retire(service);
      Drain drain = server.node.drains().getFirst();
      server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);

      assertThat(ask(healthy, "two")).isEqualTo("atwo");
      assertThat(ask(server.connect(), "new")).isEqualTo("anew");
      assertThat(server.node.status()).isEqualTo(Status.RUNNING);
      assertThat(retired).isNotDone();

      old.goOn.countDown();
      assertThat(read(straggler, 6)).isEqualTo("astick");
      assertThat(result(retired).migrated()).isEqualTo(3);
      assertThat(server.node.status()).isEqualTo(Status.WAITING);
      server.serve(new Tagged("b"));
      assertThat(ask(healthy, "three")).isEqualTo("bthree");
      assertThat(ask(straggler, "four")).isEqualTo("bfour");
    }
  }

  /** Otherwise the handler would serve in a new generation, though it has left. */
  @Test
  void s5GenerationWhoseHandlerLeavesIsBeingDrainedAlready() throws Exception {
    var old = new Tagged("a");
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(old);
      var straggler = stick(server, old);
      var retired = server.node.retire(service);
      int generation = server.node.connections().getFirst().generation();

      assertThat(server.node.drainGeneration(generation)).isSameAs(server.node.drains().getFirst());
      assertThat(ask(server.connect(), "new")).isEqualTo("anew");

      old.goOn.countDown();
      assertThat(read(straggler, 6)).isEqualTo("astick");
      assertThat(result(retired).migrated()).isEqualTo(2);
      assertThat(server.node.info().generations()).isEmpty();
      server.serve(new Tagged("b"));
      assertThat(ask(straggler, "four")).isEqualTo("bfour");
    }
  }

  @Test
  void w3StragglerIsForcedWhenItsTimeIsOverAndNobodyElseIsClosed() throws Exception {
    var old = new Tagged("a");
    try (var server = new RunningServer(brief(), new TestHandler())) {
      long service = server.serve(old);
      var straggler = stick(server, old);
      var healthy = server.connect();
      assertThat(ask(healthy, "one")).isEqualTo("aone");

      var retired = server.node.retire(service);
      CompletableFuture<Void> next = retired.thenRun(() -> server.serve(new Tagged("b")));
      while (!next.isDone()) {
        assertThat(ask(healthy, "x")).isIn("ax", "bx");
      }
      Drained drained = result(retired);
      assertThat(drained.forced()).isEqualTo(1);
      assertThat(drained.lingering()).hasSize(1);
      assertThat(drained.migrated()).isEqualTo(1);
      assertThat(ended(straggler)).isTrue();
      assertThat(ask(healthy, "two")).isEqualTo("btwo");
      old.goOn.countDown();
    }
  }

  @Test
  void w2HandlerWaitBeginsWhenTheOldHandlerHasLeftCompletely() throws Exception {
    var settings = brief().with(brief().timeouts().withHandlerWait(Duration.ofMillis(700)));
    var old = new Tagged("a");
    try (var server = new RunningServer(settings, new TestHandler())) {
      long service = server.serve(old);
      var straggler = stick(server, old);
      var healthy = server.connect();
      assertThat(ask(healthy, "one")).isEqualTo("aone");
      result(server.node.retire(service)); // takes a second
      server.serve(new Tagged("b"));
      assertThat(ask(healthy, "two")).isEqualTo("btwo");
      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
      old.goOn.countDown();
    }
  }

  @Test
  void w5ConnectionThatDeclinesIsDrainedWhileTheOthersAreServed() throws Exception {
    class Choosy extends Declining {
      final CountDownLatch declined = new CountDownLatch(1);

      Choosy() {
        super("a");
      }

      @Override
      public @Nullable Object exportState(Socket socket, Void state)
          throws MigrationDeclinedException {
        if (socket.id() == stubborn) {
          declined.countDown();
          return super.exportState(socket, state);
        }
        return state;
      }

      volatile long stubborn = -1;
    }
    var old = new Choosy();
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(old);
      var stubborn = server.connect();
      assertThat(ask(stubborn, "one")).isEqualTo("aone");
      old.stubborn = server.node.connections().getFirst().id();
      var healthy = server.connect();
      assertThat(ask(healthy, "one")).isEqualTo("aone");

      var retired = server.node.retire(service);
      old.declined.await();
      Drain drain = server.node.drains().getFirst();
      server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);
      assertThat(ask(healthy, "two")).isEqualTo("atwo");
      assertThat(ask(stubborn, "two")).isEqualTo("atwo");

      drain.cutShort();
      assertThat(result(retired))
          .extracting(Drained::migrated, Drained::graceful)
          .containsExactly(1, 1);
      assertThat(ended(stubborn)).isTrue();
      server.serve(new Tagged("b"));
      assertThat(ask(healthy, "three")).isEqualTo("bthree");
    }
  }

  @Test
  void w3SuccessorThatComesMeanwhileTakesTheOthersOverAtOnce() throws Exception {
    var old = new Tagged("a");
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(old);
      var straggler = stick(server, old);
      var healthy = server.connect();
      assertThat(ask(healthy, "one")).isEqualTo("aone");
      var retired = server.node.retire(service);
      Drain drain = server.node.drains().getFirst();
      server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);

      server.serve(new Tagged("b"));
      server.awaitEvent(TelemetryEvent.ConnectionMigrated.class);
      assertThat(ask(healthy, "two")).isEqualTo("btwo");
      assertThat(retired).isNotDone();
      old.goOn.countDown();
      assertThat(result(retired).migrated()).isEqualTo(2);
      assertThat(read(straggler, 6)).isEqualTo("astick");
      assertThat(ask(straggler, "three")).isEqualTo("bthree");
    }
  }

  @Test
  void w3SlowCallbacksOfEveryConnectionCostNone() throws Exception {
    var handling = new CountDownLatch(8);
    class Slow extends Tagged {
      Slow() {
        super("a");
      }

      @Override
      public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
        handling.countDown();
        Thread.sleep(150); // longer than the first try of a move, on purpose
        return super.handleData(data, socket, state);
      }
    }
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(new Slow());
      var clients = new java.net.Socket[8];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = server.connect();
        send(clients[i], "one\n");
      }
      var talking = new CompletableFuture<Void>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  for (int round = 0; round < 8; round++) {
                    for (java.net.Socket client : clients) {
                      assertThat(read(client, 4)).isIn("aone", "bone");
                      send(client, "one\n");
                    }
                  }
                  talking.complete(null);
                } catch (Throwable e) {
                  talking.completeExceptionally(e);
                }
              });
      handling.await();
      assertThat(result(server.node.retire(service)))
          .extracting(Drained::migrated, Drained::graceful, Drained::forced)
          .containsExactly(8, 0, 0);
      server.serve(new Tagged("b"));
      talking.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void w3HandlerThatStopsItsOwnBundleInACallbackDoesNotWaitForItself() throws Exception {
    var retired = new CompletableFuture<Drained>();
    class SelfUpdating extends Tagged {
      volatile @Nullable RunningServer server;
      volatile long service;

      SelfUpdating() {
        super("a");
      }

      @Override
      public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
        RunningServer mine = server;
        if (mine != null && text(data.duplicate()).strip().equals("update")) {
          retired.complete(mine.node.retire(service).get(30, TimeUnit.SECONDS));
        }
        return super.handleData(data, socket, state);
      }
    }
    var old = new SelfUpdating();
    try (var server = new RunningServer(patient(), new TestHandler())) {
      old.service = server.serve(old);
      old.server = server;
      var healthy = server.connect();
      assertThat(ask(healthy, "one")).isEqualTo("aone");
      var updating = server.connect();
      send(updating, "update\n");
      assertThat(retired.get(30, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      server.serve(new Tagged("b"));
      assertThat(ask(healthy, "two")).isEqualTo("btwo");
      assertThat(read(updating, 7)).isEqualTo("aupdate");
      assertThat(ended(updating)).isTrue();
    }
  }

  /** An unbind waits for the drain, and has one deadline. */
  @Test
  void w6RollingDrainTakesNoLongerThanOneThatIsNot() throws Exception {
    var rolling =
        AlteredSettings.of("acceptors", 4)
            .with(Timeouts.DEFAULT.withDrain(Duration.ofMillis(1_500), Duration.ofMillis(1_500)))
            .with(
                new Policies(
                    Policies.WhenHandlerLeaves.DRAIN, Policies.WhenBetterArrives.KEEP, true));
    var held = new CountDownLatch(1);
    var stuck =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            socket.send(data);
            boolean interrupted = false;
            while (held.getCount() > 0) { // deaf to interrupts
              try {
                held.await();
              } catch (InterruptedException e) {
                interrupted = true;
              }
            }
            return Next.proceed(interrupted ? "interrupted" : state);
          }
        };
    try (var server = new RunningServer(rolling, new TestHandler())) {
      long service = server.serve(stuck);
      for (int i = 0; i < 8; i++) {
        assertThat(echo(server.connect(), "x")).isEqualTo("x");
      }
      server.serve(new TestHandler());
      long start = System.nanoTime();
      Drained drained = result(server.node.retire(service));
      long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertThat(drained.forced()).isEqualTo(8);
      assertThat(took).isBetween(1_000L, 8_000L); // without shares it would take 5 times 3 s
      held.countDown();
    }
  }

  @Test
  void w6RollingUpdateIncludesTheConnectionsOfSurplusAcceptors() throws Exception {
    var rolling =
        patient()
            .withAcceptors(3)
            .with(
                new Policies(
                    Policies.WhenHandlerLeaves.MIGRATE, Policies.WhenBetterArrives.KEEP, true));
    try (var server = new RunningServer(rolling, new TestHandler())) {
      long service = server.serve(new Staying("a"));
      var clients = new java.net.Socket[6];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = server.connect();
        send(clients[i], "one\n");
        assertThat(read(clients[i], 4)).isEqualTo("aone");
      }
      server.node.configure(rolling.withAcceptors(1));
      server.serve(new Staying("b"));
      Drained drained = result(server.node.retire(service));
      assertThat(drained.migrated()).isEqualTo(6);
      for (java.net.Socket client : clients) {
        assertThat(ask(client, "two")).isEqualTo("btwo");
      }
      assertThat(server.node.info().generations()).hasSize(1);
      assertThat(server.events(TelemetryEvent.ConnectionStopped.class))
          .noneMatch(stopped -> stopped.ending() instanceof Ending.Failed);
      server.node.configure(brief().withAcceptors(1)); // for a quick end
    }
  }

  // ---- the next handler's part

  /**
   * A state whose class belongs to a bundle: it answers {@code count}, and comes from another
   * loader.
   */
  private static Supplier<Integer> own(int count) {
    var bundle = new ClassLoader(RetirementTest.class.getClassLoader()) {};
    @SuppressWarnings("unchecked") // the proxy answers with an Integer
    var counting =
        (Supplier<Integer>)
            Proxy.newProxyInstance(
                bundle, new Class<?>[] {Supplier.class}, (proxy, method, args) -> count);
    return counting;
  }

  private static class Owning implements Handler<Supplier<Integer>> {
    private final String tag;

    Owning(String tag) {
      this.tag = tag;
    }

    @Override
    public Next<Supplier<Integer>> handleConnection(Socket socket) {
      return Next.proceed(own(0));
    }

    @Override
    public Next<Supplier<Integer>> handleData(
        ByteBuffer data, Socket socket, Supplier<Integer> state) throws Exception {
      data.position(data.limit());
      int count = state.get() + 1;
      socket.send(bytes(tag + count));
      return Next.proceed(own(count));
    }
  }

  @Test
  void w5StateObjectPassesOverUnchangedWhenTheClassIsTheSame() throws Exception {
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(new Owning("a"));
      var client = server.connect();
      send(client, "x");
      assertThat(read(client, 2)).isEqualTo("a1");
      assertThat(result(server.node.retire(service, true)).migrated()).isEqualTo(1);
      long second = server.serve(new Owning("b"));
      send(client, "x");
      assertThat(read(client, 2)).isEqualTo("b2");
      server.serve(new Owning("c")); // the next one is there already
      assertThat(result(server.node.retire(second)).migrated()).isEqualTo(1);
      send(client, "x");
      assertThat(read(client, 2)).isEqualTo("c3");
    }
  }

  @Test
  void w5StateObjectDoesNotOutliveItsBundle() throws Exception {
    try (var server = new RunningServer(brief(), new TestHandler())) {
      long service = server.serve(new Owning("a"));
      var client = server.connect();
      send(client, "x");
      assertThat(read(client, 2)).isEqualTo("a1");
      assertThat(result(server.node.retire(service, false)).migrated()).isZero();
      assertThat(ended(client)).isTrue();
      assertThat(server.awaitEvent(TelemetryEvent.MigrationDeclined.class).reason())
          .hasMessageContaining("cannot outlive its bundle");
    }
  }

  private static class Importing extends TestHandler {
    @Override
    public Next<String> importState(@Nullable Object snapshot, Socket socket) throws Exception {
      return answer();
    }

    @SuppressWarnings("NullAway") // the test answers null on purpose
    Next<String> answer() throws Exception {
      return null;
    }
  }

  @Test
  void w5NullFromImportStateIsAnErrorOfTheNewHandlerWhichHearsOfIt() throws Exception {
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(new TestHandler());
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(result(server.node.retire(service)).migrated()).isEqualTo(1);
      var next = new Importing();
      server.serve(next);
      assertThat(next.ended()).isEqualTo("error null");
      assertThat(next.errors.take()).hasMessageContaining("importState returned null");
      assertThat(server.awaitEvent(TelemetryEvent.MigrationDeclined.class).generation())
          .isEqualTo(server.node.info().generations().getFirst().number());
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void w5NullFromImportStateLeavesTheConnectionWithTheOldHandlerIfThatIsThere() throws Exception {
    try (var server = new RunningServer(brief(), new TestHandler())) {
      var old = new TestHandler();
      long service = server.serve(old);
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      var next = new Importing();
      server.serve(next);
      assertThat(result(server.node.retire(service)).migrated()).isZero();
      assertThat(old.ended()).isEqualTo("shutdown new");
      assertThat(next.further()).isEmpty();
      assertThat(server.awaitEvent(TelemetryEvent.MigrationDeclined.class).reason())
          .hasMessageContaining("importState returned null");
    }
  }

  @Test
  void w5ImportStateHasATimeLimit() throws Exception {
    var settings = patient().with(patient().timeouts().withHandshake(Duration.ofMillis(200)));
    try (var server = new RunningServer(settings, new TestHandler())) {
      long service = server.serve(new TestHandler());
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      result(server.node.retire(service));
      var stuck = new CountDownLatch(1);
      server.serve(
          new Importing() {
            @Override
            Next<String> answer() throws Exception {
              stuck.await();
              return Next.proceed("late");
            }
          });
      assertThat(ended(client)).isTrue();
      assertThat(server.awaitEvent(TelemetryEvent.MigrationDeclined.class).reason())
          .hasMessageContaining("handshakeTimeout");
    }
  }

  @Test
  void w5PathsInStateAndMessagesMigrateLikeOtherTypesOfTheJdk() throws Exception {
    class Pathed implements Handler<java.nio.file.Path> {
      @Override
      public Next<java.nio.file.Path> handleConnection(Socket socket) {
        socket.ref().tell(java.nio.file.Path.of("told"));
        return Next.proceed(java.nio.file.Path.of("one"));
      }

      @Override
      public Next<java.nio.file.Path> handleMessage(
          Object message, Socket socket, java.nio.file.Path state) throws Exception {
        socket.send(bytes(state + "+" + message));
        return Next.proceed(state);
      }
    }
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(new Pathed());
      var client = server.connect();
      assertThat(read(client, 8)).isEqualTo("one+told");
      assertThat(result(server.node.retire(service)).migrated()).isEqualTo(1);
      server.serve(new Pathed());
      server.awaitEvent(TelemetryEvent.ConnectionMigrated.class);
    }
    assertThat(Portable.foreign(java.nio.file.Path.of("/a/b"))).isEmpty();
  }
}
