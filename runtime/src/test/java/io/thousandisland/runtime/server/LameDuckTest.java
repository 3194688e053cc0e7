// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.runtime.drain.DrainTarget;
import io.thousandisland.runtime.drain.Drains;
import io.thousandisland.runtime.settings.LeaveSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule S5: commands that come while a server is a lame duck, and lame ducks that cannot be. */
@Timeout(60)
class LameDuckTest {

  private static final Duration LONG = Duration.ofHours(1);

  private static ServerSettings settings(Duration readyDelay) {
    return ServerSettings.defaults("test")
        .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(10), Duration.ofSeconds(5)))
        .with(new LeaveSettings(readyDelay, Duration.ZERO));
  }

  private static RunningServer server() throws IOException {
    var server = new RunningServer(settings(LONG), new TestHandler());
    assertThat(echo(server.connect(), "a")).isEqualTo("a");
    return server;
  }

  private static Drained over(Drain drain) throws Exception {
    return drain.result().get(20, TimeUnit.SECONDS);
  }

  // ---- further commands

  @Test
  void s5SecondDrainOfALameDuckEndsItsDelayAndIsTheSameDrain() throws Exception {
    try (var server = server()) {
      Drain first = server.node.drain();
      Drain second = server.node.drain(Duration.ZERO);
      assertThat(over(second).graceful()).isEqualTo(1);
      assertThat(over(first)).isEqualTo(over(second));
      server.await(Status.SUSPENDED);
      assertThat(server.node.drains()).isEmpty();
      assertThat(server.events(TelemetryEvent.DrainEnded.class)).hasSize(1);
    }
  }

  @Test
  void s5SecondDrainShortensTheDelayAndNeverLengthensIt() throws Exception {
    try (var server = server()) {
      Drain drain = server.node.drain();
      Drain shorter = server.node.drain(Duration.ofMillis(300));
      Drain longer = server.node.drain(LONG);
      assertThat(over(shorter).took()).isGreaterThanOrEqualTo(Duration.ofMillis(300));
      assertThat(over(drain)).isEqualTo(over(longer));
    }
  }

  @Test
  void s4ResumeOfALameDuckHoldsWhenTheDrainIsOver() throws Exception {
    try (var server = server()) {
      Drain drain = server.node.drain();
      server.node.resume();
      drain.cutShort();
      assertThat(over(drain).graceful()).isEqualTo(1);
      server.await(Status.RUNNING);
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
    }
  }

  @Test
  void s4LameDuckThatIsSuspendedClosesItsPortAndWaitsNoLonger() throws Exception {
    try (var server = server()) {
      int port = server.port();
      Drain drain = server.node.drain();
      server.node.suspend();
      assertThatThrownBy(() -> server.connect(port)).isInstanceOf(ConnectException.class);
      assertThat(server.node.info().reason().orElse("")).doesNotContain("accepts");
      assertThat(over(drain).graceful()).isEqualTo(1);
      server.await(Status.SUSPENDED);
    }
  }

  @Test
  void s5FrameworkThatStopsWaitsForTheLameDuckThatIsThereAlready() throws Exception {
    try (var server = server()) {
      Drain drain = server.node.drain(Duration.ofMillis(300));
      server.node.beginToStop().get(20, TimeUnit.SECONDS);
      assertThat(server.node.drains()).hasSizeLessThanOrEqualTo(1);
      assertThat(over(drain).took()).isGreaterThanOrEqualTo(Duration.ofMillis(300));
      server.await(Status.SUSPENDED);
    }
  }

  @Test
  void s5AcceptorsThatComeWhileTheServerIsALameDuckRestInItsDrain() throws Exception {
    var staying = new TestHandler.Staying();
    ServerSettings few = settings(LONG).withAcceptors(1);
    try (var server = new RunningServer(few, staying)) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      Drain drain = server.node.drain();
      assertThat(server.node.configure(few.withAcceptors(3))).isEmpty();
      drain.cutShort();
      server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);
      server.node.resume(); // the port is open again, but nobody is to accept before the end
      var late = server.connect();
      Peers.send(late, "b");
      late.setSoTimeout(300);
      assertThatThrownBy(() -> late.getInputStream().read()).hasMessage("Read timed out");
      drain.cutShort();
      assertThat(over(drain).graceful()).isEqualTo(1);
      late.setSoTimeout(20_000);
      assertThat(Peers.read(late, 1)).isEqualTo("b");
      late.close();
      server.awaitConnections(0);
    }
  }

  // ---- servers that cannot be one

  @Test
  void s5ServerWithoutAnOpenPortIsNoLameDuck() throws Exception {
    try (var server = server()) {
      server.node.suspend();
      assertThat(over(server.node.drain()).graceful()).isEqualTo(1);
      server.node.resume();
      server.await(Status.RUNNING);
      server.node.transportGone(RunningServer.TCP, "no transport").get(20, TimeUnit.SECONDS);
      server.await(Status.WAITING);
      assertThat(over(server.node.drain())).isNotNull();
      server.node.beginToStop().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void s5DelayOfMoreThanADayIsRefusedAndTheServerGoesOn() throws Exception {
    try (var server = server()) {
      for (Duration wrong :
          List.of(Duration.ofHours(25), Duration.ofSeconds(Long.MAX_VALUE), Duration.ofNanos(-1))) {
        assertThatThrownBy(() -> server.node.drain(wrong))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("readyDelay is ")
            .hasMessageEndingWith("; allowed: 0s to 24h");
      }
      assertThat(server.node.status()).isEqualTo(Status.RUNNING);
      assertThat(server.node.drains()).isEmpty();
    }
  }

  private static Thread refused(Runnable work) {
    return new Thread(work) {
      @Override
      public void start() {
        throw new Error("no thread, on purpose"); // an OutOfMemoryError would end JUnit
      }
    };
  }

  @Test
  void b13LameDuckWhoseThreadCannotStartLeavesAtOnce() {
    try (var runtime = new RuntimeContext()) {
      var context = new ServerContext(settings(LONG), new Telemetry(), runtime);
      var drains = new Drains(context, LameDuckTest::refused);
      var left = new AtomicInteger();
      var drain = drains.of("server", DrainTarget.of(List::of));
      drains.startLameDuck(drain, LONG, List::of, left::incrementAndGet);
      assertThat(drain.result()).isCompletedExceptionally();
      assertThat(drains.underWay()).isEmpty();
      assertThat(left).hasValue(1);
    }
  }
}
