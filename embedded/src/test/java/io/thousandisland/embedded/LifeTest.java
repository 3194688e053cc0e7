// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportFactory;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts, ends, and what a program hears and sees in between. */
@Timeout(60)
class LifeTest {

  private static ServerBuilder serve() {
    return ThousandIsland.serve(new LineHandler("one")).port(0).daemon();
  }

  private static long threadsNamed(String part) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains(part))
        .count();
  }

  @Test
  void serverServesAndTellsItsFacts() throws Exception {
    try (var server = serve().start();
        var client = Client.of(server)) {
      assertThat(client.ask("hello")).isEqualTo("one 1 hello");
      assertThat(server.server().status()).isEqualTo(Status.RUNNING);
      assertThat(server.server().name()).isEqualTo("line");
      assertThat(server.server().connections()).hasSize(1);
      assertThat(server.server().info().generations())
          .singleElement()
          .satisfies(one -> assertThat(one.handler()).isEqualTo("line"));
      assertThat(server).hasToString("server line RUNNING [/127.0.0.1:" + server.port() + "]");
    }
  }

  @Test
  void startThatCannotListenSaysWhyAndLeavesNothing() throws Exception {
    try (var taken = new ServerSocket(0)) {
      var builder = serve().host("0.0.0.0").port(taken.getLocalPort()).name("unlucky");
      assertThatThrownBy(builder::start)
          .isInstanceOf(StartFailedException.class)
          .hasMessageStartingWith(
              "server unlucky cannot start: 0.0.0.0:" + taken.getLocalPort() + ": ")
          .hasMessageContaining("in use");
    }
    Awaitility.await().until(() -> threadsNamed("deadlines") + threadsNamed("poller") == 0);
  }

  @Test
  void oneAddressOfSeveralThatCannotBeHadIsNamed() throws Exception {
    try (var taken = new ServerSocket(0)) {
      var builder = serve().unset("port").listen("127.0.0.1:0", "0.0.0.0:" + taken.getLocalPort());
      assertThatThrownBy(builder::start)
          .isInstanceOf(StartFailedException.class)
          .hasMessageContaining("0.0.0.0:" + taken.getLocalPort())
          .hasMessageNotContaining("127.0.0.1");
    }
  }

  @Test
  void interruptedStartLeavesNothing() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> serve().start()).isInstanceOf(StartFailedException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      boolean unused = Thread.interrupted();
    }
  }

  @Test
  void unixSocketIsAnAddressLikeOthers(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("line.sock");
    try (var server =
        serve().unset("port").listen("unix:" + path).unixPermissions("rw-------").start()) {
      assertThat(server.addresses()).containsExactly(UnixDomainSocketAddress.of(path));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
      try (var client = new Client(UnixDomainSocketAddress.of(path))) {
        assertThat(client.ask("a")).isEqualTo("one 1 a");
      }
      assertThatThrownBy(server::port)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has no port");
    }
    assertThat(path).doesNotExist();
  }

  /** A factory of plain TCP whose name changes, as that of {@code Tls} may. */
  private static final class Renamed implements TransportFactory {
    private String name = "before";

    @Override
    public String name() {
      return name;
    }

    @Override
    public Transport over(Transport below, Consumer<TelemetryEvent> events) {
      return below;
    }
  }

  @Test
  void transportHasTheNameWithWhichItWasGiven() throws Exception {
    var transport = new Renamed();
    ServerBuilder builder = serve().over(transport);
    transport.name = "after";
    try (var server = builder.start();
        var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
      assertThat(server.server().info().transport()).hasValue("before");
    }
  }

  @Test
  void stopEndsConnectionsAndAnswers() throws Exception {
    var server = serve().drainTimeout(Duration.ofMillis(200)).start();
    try (var client = Client.of(server)) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
      Drained drained = server.stop();
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(client.line()).isEqualTo("null");
      assertThat(server.stop()).isEqualTo(drained);
      assertThat(server.server().status()).isEqualTo(Status.STOPPED);
      assertThatThrownBy(() -> server.serve(new LineHandler("late")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("server line has ended");
      assertThatThrownBy(() -> server.configure(changed -> changed.acceptors(1)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void drainSuspendsAndTheServerGoesOn() throws Exception {
    try (var server = serve().drainTimeout(Duration.ofMillis(200)).start();
        var client = Client.of(server)) {
      int port = server.port();
      client.ask("a");
      Drained drained = server.server().drain().result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(1);
      assertThatThrownBy(() -> new java.net.Socket("127.0.0.1", port))
          .isInstanceOf(ConnectException.class);
      server.server().resume();
      assertThat(server.port()).isEqualTo(port);
      try (var again = Client.of(server)) {
        assertThat(again.ask("a")).isEqualTo("one 1 a");
      }
    }
  }

  @Test
  void listenersHearWhatHappens() throws Exception {
    var events = new CopyOnWriteArrayList<TelemetryEvent>();
    var later = new CopyOnWriteArrayList<TelemetryEvent>();
    try (var server = serve().listener(events::add).start()) {
      TelemetryListener second = later::add;
      server.add(second);
      try (var client = Client.of(server)) {
        client.send("fail\n");
        assertThat(client.line()).isEqualTo("null");
      }
      Awaitility.await()
          .until(() -> later.stream().anyMatch(TelemetryEvent.ConnectionStopped.class::isInstance));
      server.remove(second);
      int heard = later.size();
      try (var client = Client.of(server)) {
        client.ask("a");
      }
      assertThat(later).hasSize(heard);
    }
    assertThat(events)
        .hasAtLeastOneElementOfType(TelemetryEvent.ListenerStarted.class)
        .hasAtLeastOneElementOfType(TelemetryEvent.ConnectionStopped.class);
    assertThat(later).noneMatch(TelemetryEvent.ListenerStarted.class::isInstance);
  }

  @Test
  void serversShareTheirPollersAndTheLastOneEndsThem() throws Exception {
    RunningServer first = serve().name("first").start();
    RunningServer second = serve().name("second").start();
    first.close();
    try (var client = Client.of(second)) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
    }
    second.close();
    Awaitility.await().until(() -> threadsNamed("deadlines") + threadsNamed("poller") == 0);
    try (var third = serve().start();
        var client = Client.of(third)) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
    }
  }

  @Test
  void runningServerKeepsTheJvmUnlessItIsADaemon() {
    try (var server = serve().name("daemon").start()) {
      assertThat(threadsNamed("daemon keeps the JVM")).isZero();
      assertThat(server.port()).isPositive();
    }
    try (var server = ThousandIsland.serve(new LineHandler("one")).name("keeper").port(0).start()) {
      assertThat(server.port()).isPositive();
      assertThat(Thread.getAllStackTraces().keySet())
          .anyMatch(each -> each.getName().equals("keeper keeps the JVM") && !each.isDaemon());
    }
    Awaitility.await().until(() -> threadsNamed("keeper keeps the JVM") == 0);
  }
}
