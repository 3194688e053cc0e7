// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;

/** S6: a configuration applies as a whole, or not at all; and the last one wins. */
@Timeout(300)
class WholeConfigurationTest {

  @InjectBundleContext BundleContext context;

  private Bundle handler;

  @BeforeEach
  void install() throws Exception {
    var made = new HandlerBundle("whole.handler", "whole", "v1", 0, CountingHandler.class);
    handler = context.installBundle("test:whole", made.stream());
    handler.start();
  }

  @AfterEach
  void uninstall() throws Exception {
    handler.uninstall();
  }

  private static Map<String, Object> with(Object... more) {
    return Settings.and(Settings.of("whole", "maxConnections", 60), more);
  }

  private static String awaitRefusal(Server server, String key) {
    return Awaitility.await(key)
        .until(() -> server.info().reason().orElse(""), reason -> reason.contains(key));
  }

  // ---- one wrong key

  @ParameterizedTest
  @CsvSource({
    "handler.target, '(handler.name=whole', handler.target is (handler.name=whole; allowed",
    "handler.target, (handler.name=hwole), no handler matches (handler.name=hwole)",
    "transport.target, '(transport.name=tcp', transport.target is (transport.name=tcp; allowed",
    "transport.target, (transport.name=tpc), no transport matches (transport.name=tpc)",
    "listener.target, ')(', listener.target is )(; allowed",
    "host, no.such.host.invalid, host is no.such.host.invalid; allowed",
    "readTimeout, soon, readTimeout is soon; allowed",
    "drainTimeout, 59s, drainTimeout + shutdownTimeout is 64s; allowed" // SCR sets this limit
  })
  void c1WrongValueHasNoEffectAtAllThoughTheOtherKeysAreSound(String key, String wrong, String said)
      throws Exception {
    try (var server = new ConfiguredServer(context, "whole", with());
        var events = new Events(context, "whole");
        var client = new LineClient(server.port())) {
      int port = server.port();
      assertThat(client.ask("a")).isEqualTo("1 v1 a");

      var changed = with(key, wrong);
      changed.put("maxConnections", 7);
      changed.put("acceptors", 3);
      changed.putIfAbsent("listener.target", "(!(objectClass=*))");
      server.configure(changed);

      awaitRefusal(server.server(), said);
      ServerInfo info = server.server().info();
      assertThat(info.status()).isEqualTo(Status.RUNNING);
      assertThat(info.maxConnections()).isEqualTo(60);
      assertThat(info.acceptors()).isEqualTo(10);
      assertThat(server.port()).isEqualTo(port);
      assertThat(client.ask("b")).isEqualTo("2 v1 b");
      try (var fresh = new LineClient(port)) {
        assertThat(fresh.ask("c")).isEqualTo("1 v1 c");
      }
      assertThat(server.server().info().generations()).hasSize(1);
      assertThat(events.heard()).isNotEmpty(); // the old listener.target is still in effect

      server.configure(with("maxConnections", 61));
      Awaitility.await() // the reason disappears a moment after the limit applies
          .until(server.server()::info, is -> is.maxConnections() == 61 && is.reason().isEmpty());
      assertThat(client.ask("d")).isEqualTo("3 v1 d");
    }
  }

  @Test
  void c1TargetThatNothingMatchesIsTakenUpWithTheRestAsSoonAsSomethingDoes() throws Exception {
    try (var server = new ConfiguredServer(context, "patient", with());
        var client = new LineClient(server.port())) {
      assertThat(client.ask("a")).isEqualTo("1 v1 a");
      server.configure(with("handler.target", "(handler.name=late)", "maxConnections", 7));
      awaitRefusal(server.server(), "no handler matches (handler.name=late)");
      assertThat(client.ask("b")).isEqualTo("2 v1 b");

      Bundle late =
          context.installBundle(
              "test:late",
              new HandlerBundle("late.handler", "late", "v2", 0, CountingHandler.class).stream());
      try {
        late.start();
        Awaitility.await()
            .until(() -> server.server().connections().getFirst().generation(), n -> n == 2);
        assertThat(client.ask("c")).isEqualTo("3 v2 c");
        assertThat(server.server().info().maxConnections()).isEqualTo(7);
        assertThat(server.server().info().reason()).isEmpty();
      } finally {
        late.uninstall();
      }
    }
  }

  @Test
  void c1PortInUseIsRefusedAndTakenOnceItIsFree() throws Exception {
    try (var taken = new ServerSocket();
        var server = new ConfiguredServer(context, "squeezed", with());
        var client = new LineClient(server.port())) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int port = server.port();
      int wanted = taken.getLocalPort();
      server.configure(with("port", wanted));
      awaitRefusal(server.server(), ":" + wanted);
      assertThat(server.port()).isEqualTo(port);
      assertThat(client.ask("a")).isEqualTo("1 v1 a");
      try (var fresh = new LineClient(port)) {
        assertThat(fresh.ask("b")).isEqualTo("1 v1 b");
      }

      taken.close();

      server.await("(&(server.status=RUNNING)(server.port=" + wanted + "))");
      assertThat(client.ask("c")).isEqualTo("2 v1 c");
    }
  }

  // ---- two servers

  @Test
  void c2SecondServerAtAPortFailsWithSeveralListeningSocketsToo() throws Exception {
    int port = Ports.free();
    var settings = with("port", port, "listenSockets", 2);
    try (var first = new ConfiguredServer(context, "first", settings)) {
      first.await(Status.RUNNING);
      try (var second = new ConfiguredServer(context, "second", settings)) {
        second.await(Status.FAILED);
        assertThat(second.server().info().reason()).get().asString().contains(":" + port);
        for (int i = 0; i < 10; i++) {
          try (var client = new LineClient(port)) {
            assertThat(client.ask("x")).isEqualTo("1 v1 x");
          }
        }
        assertThat(first.server().info().accepted()).isEqualTo(10);
        first.close();
        second.await(Status.RUNNING);
      }
    }
  }

  @Test
  void c4SecondServerOfANameIsRefusedUntilTheNameIsFree() throws Exception {
    try (var first = new ConfiguredServer(context, "namesake", with())) {
      first.await(Status.RUNNING);
      try (var second = new ConfiguredServer(context, "namesake", with("maxConnections", 8))) {
        var failed = second.await("(server.status=FAILED)");
        assertThat(context.getService(failed).info().reason())
            .get()
            .asString()
            .startsWith("name is namesake; allowed: a name that no other server has");
        assertThat(first.port()).isPositive();
        first.delete();
        Awaitility.await()
            .until(() -> context.getService(failed).info().status(), Status.RUNNING::equals);
        assertThat(context.getService(failed).info().maxConnections()).isEqualTo(8);
      }
    }
  }

  @Test
  void c4WildcardOfIpv4OpensNoIpv6() throws Exception {
    try (var server = new ConfiguredServer(context, "wild", with("host", "0.0.0.0"))) {
      try (var client = new LineClient(server.port())) {
        assertThat(client.ask("x")).isEqualTo("1 v1 x");
      }
      try (var six = new java.net.Socket()) {
        assertThatThrownBy(() -> six.connect(new InetSocketAddress("::1", server.port()), 5_000))
            .isInstanceOf(java.io.IOException.class);
      }
    }
  }

  // ---- files

  @Test
  void c4EmptyAndHalfWrittenConfigurationsAreRefusedAndTheServerStaysWhereItIs() throws Exception {
    ConfigurationAdmin admin =
        context.getService(context.getServiceReference(ConfigurationAdmin.class));
    Configuration configuration =
        admin.getFactoryConfiguration("io.thousandisland.server", "written", "?");
    try {
      Dictionary<String, Object> whole = new Hashtable<>(with("port", Ports.free()));
      configuration.update(whole);
      var server = Awaiting.server(context, "written", "(server.status=RUNNING)");
      Object port = server.getProperty(Server.PORT);
      Server service = context.getService(server);
      try (var client = new LineClient((Integer) port)) {
        for (Map<String, Object> part :
            List.<Map<String, Object>>of(
                Map.of(),
                Map.of("host", "127.0.0.1"),
                Map.of("handler.target", "(handler.name=whole)"))) {
          configuration.update(new Hashtable<>(part));
          Awaitility.await()
              .until(
                  () -> service.info().reason().orElse(""),
                  reason -> reason.startsWith("port is missing"));
          assertThat(service.info().status()).isEqualTo(Status.RUNNING);
          assertThat(server.getProperty(Server.PORT)).isEqualTo(port);
          assertThat(client.ask("x")).endsWith(" v1 x");
          configuration.update(whole);
          Awaitility.await().until(() -> service.info().reason().isEmpty());
        }
      }
    } finally {
      configuration.delete();
    }
  }

  /** SCR loses one update in some hundred; Configuration Admin has it. */
  @Test
  void c3LastOfManyQuickUpdatesWins() throws Exception {
    try (var server = new ConfiguredServer(context, "hurried", with())) {
      server.await(Status.RUNNING);
      int repaired = 0;
      for (int i = 0; i < 400; i++) {
        server.configure(with("maxConnections", 1_000 + i));
        server.configure(with("maxConnections", 2_000 + i));
        int last = 2_000 + i;
        long start = System.nanoTime();
        Awaitility.await("update " + i)
            .pollInterval(Duration.ofMillis(1))
            .atMost(Duration.ofSeconds(10))
            .until(() -> server.server().info().maxConnections(), max -> max == last);
        if (System.nanoTime() - start > Duration.ofMillis(400).toNanos()) {
          repaired++;
        }
      }
      System.out.println("C3: of 400 pairs of updates " + repaired + " needed a second look");
    }
  }

  // ---- a configuration that goes

  /**
   * A renamed file: the server of the old name drains, and the server of the new name takes the
   * port.
   */
  @Test
  void u8DeletedServerDrainsWhileItsSuccessorServesAtTheSamePort() throws Exception {
    int port = Ports.free();
    var first =
        new ConfiguredServer(context, "before", with("port", port, "whenHandlerLeaves", "drain"));
    first.await(Status.RUNNING);
    try (var idle = new LineClient(port)) {
      assertThat(idle.ask("a")).isEqualTo("1 v1 a");
      Server drains = first.server();
      first.delete();
      try (var second = new ConfiguredServer(context, "after", with("port", port))) {
        second.await(Status.RUNNING);
        try (var client = new LineClient(port)) {
          assertThat(client.ask("b")).isEqualTo("1 v1 b");
        }
        assertThat(idle.line()).isEqualTo("bye 1"); // the connection is advised, and stays
        assertThat(drains.info().status()).isEqualTo(Status.DRAINING);
        assertThat(drains.info().connections()).isEqualTo(1);
      }
    }
    first.close();
  }

  /**
   * W3 holds for a deleted server as well: its handler's bundle does not stop under its
   * connections.
   */
  @Test
  void u8HandlerOfAServerThatStillDrainsStaysUntilItsConnectionsHaveGone() throws Exception {
    int port = Ports.free();
    var server = new ConfiguredServer(context, "leaving", with("port", port));
    server.await(Status.RUNNING);
    try (var idle = new LineClient(port)) {
      assertThat(idle.ask("a")).isEqualTo("1 v1 a");
      Server drains = server.server();
      server.delete();
      assertThat(idle.line()).isEqualTo("bye 1");
      assertThatThrownBy(() -> new LineClient(port)).isInstanceOf(ConnectException.class);
      Thread stop = Thread.ofPlatform().start(() -> stopHandler());
      Awaitility.await().until(() -> handler.getState(), state -> state == Bundle.STOPPING);
      Awaitility.await().until(() -> drains.drains().size(), count -> count == 2);
      assertThat(stop.isAlive()).isTrue();
      assertThat(drains.info().connections()).isEqualTo(1);
      idle.close(); // the client has had its goodbye
      assertThat(stop.join(Duration.ofSeconds(5))).isTrue();
    }
    server.close();
  }

  /** No listener, no name and no later task refers to the deleted server. */
  @Test
  void u8DeletedServerIsForgotten() throws Exception {
    var left = new ArrayList<WeakReference<Server>>();
    for (int i = 0; i < 5; i++) {
      left.add(bornAndGone());
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              System.gc();
              return left.stream().allMatch(reference -> reference.get() == null);
            });
  }

  private WeakReference<Server> bornAndGone() throws Exception {
    var plain = context.getBundle().getBundleContext(); // the injected context keeps its services
    try (var server = new ConfiguredServer(context, "brief", with());
        var client = new LineClient(server.port())) {
      assertThat(client.ask("a")).isEqualTo("1 v1 a");
      var reference = Awaiting.server(plain, "brief", "");
      var service = new WeakReference<>(plain.getService(reference));
      plain.ungetService(reference);
      return service;
    }
  }

  private void stopHandler() {
    try {
      handler.stop();
    } catch (org.osgi.framework.BundleException e) {
      throw new IllegalStateException(e);
    }
  }
}
