// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** The runtime's own bundle, and the transport's, change while clients talk. */
@Timeout(300)
class RuntimeBundleTest {

  @InjectBundleContext BundleContext context;

  private Bundle runtime;
  private Bundle transport;
  private Bundle handler;
  private ConfiguredServer server;
  private int port;

  @BeforeEach
  void serve() throws Exception {
    runtime = Bundles.named(context, "io.thousandisland.runtime");
    transport = Bundles.named(context, "io.thousandisland.transport.tcp");
    var made = new HandlerBundle("lasting.handler", "lasting", "v1", 0, CountingHandler.class);
    handler = context.installBundle("test:lasting", made.stream());
    handler.start();
    try (var free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    server =
        new ConfiguredServer(
            context,
            "lasting",
            Map.of(
                "port",
                port,
                "maxConnections",
                77,
                "acceptors",
                3,
                "handler.target",
                "(handler.name=lasting)",
                "drainTimeout",
                "10s",
                "shutdownTimeout",
                "5s"));
    server.await(Status.RUNNING);
  }

  @AfterEach
  void restore() throws Exception {
    runtime.start();
    transport.start();
    server.close();
    handler.uninstall();
  }

  /** Starts clients that talk until they get a goodbye. */
  private List<CompletableFuture<Long>> talk() throws Exception {
    var ends = new ArrayList<CompletableFuture<Long>>();
    var all = new ArrayList<LineClient>();
    for (int i = 0; i < 8; i++) {
      var client = new LineClient(port);
      all.add(client);
      assertThat(client.ask("first")).isEqualTo("1 v1 first");
    }
    for (LineClient client : all) {
      var end = new CompletableFuture<Long>();
      ends.add(end);
      Thread.ofPlatform().start(() -> talk(client, end));
    }
    return ends;
  }

  private static void talk(LineClient client, CompletableFuture<Long> end) {
    try (client) {
      long count = 1;
      for (; ; ) {
        String reply = client.ask("next");
        if (reply.startsWith("bye ")) {
          assertThat(reply).isEqualTo("bye " + count);
          end.complete(count);
          return;
        }
        count++;
        assertThat(reply).isEqualTo(count + " v1 next");
      }
    } catch (Throwable wrong) {
      end.completeExceptionally(wrong);
    }
  }

  private void assertBackAfter(List<CompletableFuture<Long>> talking) throws Exception {
    for (var end : talking) {
      assertThat(end.get(30, TimeUnit.SECONDS)).isPositive();
    }
    assertThat(server.await(Status.RUNNING).getProperty(Server.PORT)).isEqualTo(port);
    assertThat(server.server().info().maxConnections()).isEqualTo(77);
    assertThat(server.server().info().acceptors()).isEqualTo(3);
    try (var client = new LineClient(port)) {
      assertThat(client.ask("again")).isEqualTo("1 v1 again");
    }
  }

  /** Gives the bundle a class loader that no earlier test has used. */
  private void renew(Bundle bundle) throws Exception {
    bundle.update();
    Loaders.refresh(context, List.of(bundle));
    server.await(Status.RUNNING);
  }

  private static Set<Thread> runtimeThreads() {
    var threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(
        t -> !t.getName().contains("lasting") && !t.getName().equals("thousandisland deadlines"));
    return threads;
  }

  @Test
  void v17RuntimeThatIsStoppedAndStartedDrainsAndServesAsBefore() throws Exception {
    for (int i = 0; i < 3; i++) {
      var talking = talk();
      runtime.stop();
      assertThat(context.getServiceReferences(Server.class, null)).isEmpty();
      runtime.start();
      assertBackAfter(talking);
    }
  }

  /** Only the runtime waits for the connections. */
  @Test
  void v16StopOfTheRuntimeWaitsForTheLastConnectionAndNoLonger() throws Exception {
    try (var client = new LineClient(port)) {
      assertThat(client.ask("first")).isEqualTo("1 v1 first");
      CompletableFuture<Void> stopped = stop(runtime);
      assertThat(client.line()).isEqualTo("bye 1");
      Server draining = context.getService(server.await("(server.status=DRAINING)"));
      assertThat(draining.info().connections()).isEqualTo(1);
      assertThat(stopped).isNotDone();

      client.close();

      stopped.get(8, TimeUnit.SECONDS); // the drain timeout is 10 s
    }
    assertThat(context.getServiceReferences(Server.class, null)).isEmpty();
  }

  private static CompletableFuture<Void> stop(Bundle bundle) {
    var stopped = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                bundle.stop();
                stopped.complete(null);
              } catch (Throwable wrong) {
                stopped.completeExceptionally(wrong);
              }
            });
    return stopped;
  }

  @Test
  void w3StopOfAHandlerWaitsForItsConnectionsAlsoWhileTheRuntimeStops() throws Exception {
    try (var client = new LineClient(port)) {
      assertThat(client.ask("first")).isEqualTo("1 v1 first");
      CompletableFuture<Void> runtimeStopped = stop(runtime);
      assertThat(client.line()).isEqualTo("bye 1");

      CompletableFuture<Void> handlerStopped = stop(handler);

      Awaitility.await().until(() -> handler.getState() == Bundle.STOPPING);
      assertThatThrownBy(() -> handlerStopped.get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      client.close();
      handlerStopped.get(8, TimeUnit.SECONDS); // the drain timeout is 10 s
      runtimeStopped.get(8, TimeUnit.SECONDS);
    }
  }

  @Test
  void v17RuntimeThatIsUpdatedAndRefreshedLeavesNoThreadAndNoLoaderBehind() throws Exception {
    renew(runtime);
    var loaders = new Loaders();
    var threads = new HashSet<Thread>();
    for (int i = 0; i < 3; i++) {
      loaders.watch("runtime " + i, runtime);
      threads.addAll(runtimeThreads());
      var talking = talk();
      runtime.update();
      assertBackAfter(talking);
      Loaders.refresh(context, List.of(runtime));
      assertBackAfter(List.of());
    }
    assertThat(threads).isNotEmpty();
    Awaitility.await() // an idle thread may end a few seconds later
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(threads).noneMatch(Thread::isAlive));
    threads.clear();
    assertThat(loaders.left()).isEmpty();
  }

  @Test
  void v17RuntimeThatIsRefreshedUnderClientsServesAsBefore() throws Exception {
    var talking = talk();
    Loaders.refresh(context, List.of(runtime));
    assertBackAfter(talking);
  }

  @Test
  void w7TransportThatIsUpdatedUnderClientsListensAtTheSamePortAgain() throws Exception {
    renew(transport);
    var loaders = new Loaders();
    for (int i = 0; i < 3; i++) {
      loaders.watch("transport " + i, transport);
      try (var events = new Events(context, "lasting")) {
        var talking = talk();
        transport.update();
        assertBackAfter(talking);
        assertThat(
                events.of(io.thousandisland.telemetry.TelemetryEvent.StatusChanged.class).stream()
                    .map(io.thousandisland.telemetry.TelemetryEvent.StatusChanged::to))
            .contains(Status.WAITING, Status.RUNNING);
      }
    }
    Loaders.refresh(context, List.of(transport));
    assertBackAfter(List.of());
    // An idle poller may sleep in a method of the JDK that was compiled when an old poller called
    // it.
    // As long as it sleeps there, the compiled code keeps the classes of the old transport.
    transport.stop();
    assertThat(loaders.left()).isEmpty();
  }
}
