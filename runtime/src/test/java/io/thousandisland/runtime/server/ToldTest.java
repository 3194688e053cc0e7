// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events have the facts that an operator needs: what is wrong, where, and when it is over. */
@Timeout(60)
class ToldTest {

  private static ServerSettings waiting(Duration wait) {
    ServerSettings settings = RunningServer.settings();
    return settings.with(settings.timeouts().withHandlerWait(wait));
  }

  private static void retire(RunningServer server, long service) throws Exception {
    server.node.retire(service).get(20, TimeUnit.SECONDS);
    server.await(Status.WAITING);
  }

  // ---- waiting

  @Test
  void waitInVainIsToldOnceWithTheConnectionsThatWereClosed() throws Exception {
    try (var server = new RunningServer(waiting(Duration.ofMillis(200)), new TestHandler())) {
      for (int i = 0; i < 20; i++) {
        server.connect();
      }
      server.awaitConnections(20);
      retire(server, 1);

      var told = server.awaitEvent(TelemetryEvent.WaitedInVain.class);
      assertThat(told)
          .isEqualTo(
              new TelemetryEvent.WaitedInVain(
                  "test", "handler h1 has left", Duration.ofMillis(200), 20));
      assertThat(server.events(TelemetryEvent.ConnectionStopped.class))
          .hasSizeLessThanOrEqualTo(20)
          .allMatch(stopped -> stopped.ending() instanceof Ending.Unserved);

      server.serve(new TestHandler());
      server.await(Status.RUNNING);
      server.stop();
      assertThat(server.events(TelemetryEvent.WaitedInVain.class)).hasSize(1);
    }
  }

  @Test
  void suspendedServerWaitsForNobody() throws Exception {
    try (var server = new RunningServer(waiting(Duration.ofMillis(200)), new TestHandler())) {
      server.node.suspend();
      server.node.retire(1).get(20, TimeUnit.SECONDS);
      long until = System.nanoTime() + Duration.ofMillis(400).toNanos();
      server.await("the wait would be over", s -> System.nanoTime() - until >= 0);
      assertThat(server.events(TelemetryEvent.WaitedInVain.class)).isEmpty();

      server.node.resume();
      server.awaitEvent(TelemetryEvent.WaitedInVain.class);
    }
  }

  @Test
  void handlerThatIsBackInTimeIsNotWaitedForInVain() throws Exception {
    Duration wait = Duration.ofMillis(1_500);
    try (var server = new RunningServer(waiting(wait), new TestHandler())) {
      server.connect();
      server.awaitConnections(1);
      retire(server, 1);
      server.serve(new TestHandler());
      server.await(Status.RUNNING);
      long until = System.nanoTime() + wait.multipliedBy(6).dividedBy(5).toNanos();
      server.await("the wait would be over", s -> System.nanoTime() - until >= 0);
      assertThat(server.events(TelemetryEvent.WaitedInVain.class)).isEmpty();
    }
  }

  @Test
  void infiniteWaitIsNeverInVainAndAnEndedServerWaitsForNobody() throws Exception {
    try (var server = new RunningServer(waiting(ReadTimeout.FOREVER), new TestHandler())) {
      retire(server, 1);
      server.stop();
      assertThat(server.events(TelemetryEvent.WaitedInVain.class)).isEmpty();
    }
  }

  @Test
  void missingTransportIsWaitedForAsLong() throws Exception {
    try (var server = new RunningServer(waiting(Duration.ofMillis(200)), new TestHandler())) {
      var unused = server.node.transportGone(RunningServer.TCP, "no transport matches (x=y)");
      var told = server.awaitEvent(TelemetryEvent.WaitedInVain.class);
      assertThat(told.reason()).isEqualTo("no transport matches (x=y)");
      assertThat(told.closed()).isZero();
    }
  }

  // ---- failures of handlers

  /** Fails in the callback of that name. */
  private static final class Failing extends TestHandler {
    private final String where;

    Failing(String where) {
      this.where = where;
    }

    private void at(String callback) {
      if (callback.equals(where)) {
        throw new IllegalStateException("on purpose");
      }
    }

    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      at("handleConnection");
      if (where.equals("handleMessage")) {
        socket.ref().tell("message");
      }
      return super.handleConnection(socket);
    }

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      if (where.equals("answer")) {
        return Next.fail(new IllegalStateException("on purpose"), state);
      }
      at("handleData");
      return super.handleData(data, socket, state);
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state) {
      at("handleMessage");
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleDrain(Socket socket, String state) {
      at("handleDrain");
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleHalfClose(ByteBuffer rest, Socket socket, String state) {
      at("handleHalfClose");
      return Next.close(state);
    }

    @Override
    public void handleClose(Socket socket, String state) {
      super.handleClose(socket, state);
      at("handleClose");
    }

    @Override
    public Next<String> importState(@Nullable Object exported, Socket socket) throws Exception {
      at("importState");
      return super.importState(exported, socket);
    }
  }

  private static Ending.Failed failed(RunningServer server) {
    return (Ending.Failed) server.awaitEvent(TelemetryEvent.ConnectionStopped.class).ending();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "handleConnection",
        "handleData",
        "handleMessage",
        "handleDrain",
        "handleHalfClose"
      })
  void failureNamesTheCallbackThatThrew(String callback) throws Exception {
    ServerSettings settings = RunningServer.settings();
    Duration advice = Duration.ofSeconds(5);
    var patient = settings.with(settings.timeouts().withDrain(advice, advice));
    try (var server = new RunningServer(patient, new Failing(callback))) {
      var client = server.connect();
      send(client, "a");
      if (callback.equals("handleHalfClose")) {
        client.shutdownOutput();
      } else if (callback.equals("handleDrain")) {
        server.awaitEvent(TelemetryEvent.Sent.class);
        server.node.drainConnection(1);
      }
      assertThat(failed(server).callback()).isEqualTo(callback);
      assertThat(failed(server).thrown()).isTrue();
    }
  }

  @Test
  void failureNamesTheCallbackThatAnsweredIt() throws Exception {
    try (var server = new RunningServer(new Failing("answer"))) {
      send(server.connect(), "a");
      assertThat(failed(server).callback()).isEqualTo("handleData");
      assertThat(failed(server).thrown()).isFalse();
    }
  }

  @Test
  void failureNamesImportState() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      var client = server.connect();
      send(client, "a");
      server.awaitEvent(TelemetryEvent.Sent.class);
      retire(server, 1);
      server.serve(new Failing("importState"));
      assertThat(failed(server).callback()).isEqualTo("importState");
    }
  }

  /** The handler has answered, so a later failure is not its fault. */
  @Test
  void failureOutsideOfCallbacksNamesNone() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      var client = server.connect();
      send(client, "a");
      server.awaitEvent(TelemetryEvent.Sent.class);
      client.setSoLinger(true, 0); // a reset
      client.close();
      Ending.Failed reset = failed(server);
      assertThat(reset.reason()).isInstanceOf(IOException.class);
      assertThat(reset.callback()).isEmpty();
    }
  }

  @Test
  void terminalCallbackThatThrowsIsNamed() throws Exception {
    try (var server = new RunningServer(new Failing("handleClose"))) {
      var client = server.connect();
      server.awaitEvent(TelemetryEvent.ConnectionReady.class);
      client.shutdownOutput();
      assertThat(server.awaitEvent(TelemetryEvent.HandlerThrew.class).callback())
          .isEqualTo("handleClose");
      assertThat(ended(client)).isTrue();
    }
  }

  // ---- trouble that is over

  @Test
  void portThatIsThereAgainIsToldAsSuch() throws Exception {
    var transport = new FlakyTransport();
    try (var server = new RunningServer(RunningServer.settings(), transport, new TestHandler())) {
      assertThat(server.awaitEvent(TelemetryEvent.ListenerStarted.class).failed()).isFalse();
      transport.bindError = new NoClassDefFoundError("on purpose");
      server.node.suspend();
      server.node.resume();
      server.awaitEvent(TelemetryEvent.ListenFailed.class);
      transport.bindError = null;
      server.await(Status.RUNNING);
      server.node.suspend();
      server.node.resume();

      assertThat(server.events(TelemetryEvent.ListenerStarted.class))
          .extracting(TelemetryEvent.ListenerStarted::failed)
          .containsExactly(false, true, false);
    }
  }

  @Test
  void configurationThatIsAcceptedAfterOneThatWasRefusedIsToldOnce() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      ServerSettings settings = RunningServer.settings();
      assertThat(server.node.configure(settings)).isEmpty();
      assertThat(server.events(TelemetryEvent.ConfigurationAccepted.class)).isEmpty();

      server.node.refused("port is x");
      assertThat(server.node.info().reason()).hasValue("port is x");
      assertThat(server.node.configure(settings)).isEmpty();
      assertThat(server.node.configure(settings)).isEmpty();

      assertThat(server.events(TelemetryEvent.ConfigurationAccepted.class)).hasSize(1);
      assertThat(server.node.info().reason()).isEmpty();
    }
  }

  @Test
  void adjustmentIsToldAndIsNoTrouble() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      server.node.adjusted("drainTimeout is 1s");

      assertThat(server.awaitEvent(TelemetryEvent.ConfigurationAdjusted.class).what())
          .isEqualTo("drainTimeout is 1s");
      assertThat(server.node.info().reason()).isEmpty();
      assertThat(server.node.status()).isEqualTo(Status.RUNNING);
      assertThat(server.events(TelemetryEvent.ConfigurationRefused.class)).isEmpty();
    }
  }

  /** Reports trouble of a better handler, while the handler that serves goes on. */
  private static void sayTrouble(RunningServer server, @Nullable String trouble) {
    var facts = new HandlerBinding.Facts("h1", "1.0.0", 1, 0, RunningServer.NONBLOCKING);
    Optional<HandlerBinding> serving = Optional.of(new HandlerBinding(facts, new TestHandler()));
    server.node.handler(() -> serving, service -> true, "", trouble);
  }

  @Test
  void handlerThatServesAtLastIsNotSaidToBeInTrouble() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      var states = new LinkedBlockingQueue<String>();
      server.node.onChange(
          () -> states.add(server.node.status() + server.node.info().reason().orElse("")));
      server.node.handler(Optional::empty, service -> true, "broken", "broken");
      sayTrouble(server, null);

      assertThat(states).contains("WAITINGbroken", "RUNNING").doesNotContain("RUNNINGbroken");
    }
  }

  @Test
  void serverThatEndsTellsNothingMoreOfAHandlerThatWasTrouble() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      server.node.handlerUnavailable(2, "handler h", "broken", Duration.ofSeconds(1));
      sayTrouble(server, "broken");
      server.stop();
      sayTrouble(server, null);
      assertThat(server.events(TelemetryEvent.HandlerRecovered.class)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void handlerThatIsNoTroubleAnyMoreIsToldOnce(long service) throws Exception {
    String handler = "handler h 1.0.0 of bundle b";
    try (var server = new RunningServer(new TestHandler())) {
      server.node.handlerUnavailable(service, handler, "broken", Duration.ofSeconds(1));
      sayTrouble(server, "broken");
      assertThat(server.events(TelemetryEvent.HandlerRecovered.class)).isEmpty();

      sayTrouble(server, null);
      sayTrouble(server, null);

      boolean serves = service == 1;
      assertThat(server.events(TelemetryEvent.HandlerRecovered.class))
          .containsExactly(new TelemetryEvent.HandlerRecovered("test", handler, serves));
    }
  }
}
