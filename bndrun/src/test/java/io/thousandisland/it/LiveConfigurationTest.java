// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/**
 * S6: every key is changed under load. A change that can apply live does, and a wrong value changes
 * nothing.
 */
@Timeout(300)
class LiveConfigurationTest {

  @InjectBundleContext BundleContext context;

  private Bundle handler;

  @BeforeEach
  void install() throws Exception {
    var made = new HandlerBundle("set.handler", "set", "v1", 0, CountingHandler.class);
    handler = context.installBundle("test:set", made.stream());
    handler.start();
  }

  @AfterEach
  void uninstall() throws Exception {
    handler.uninstall();
  }

  private static Map<String, Object> with(Object... more) {
    // needed with another proxyProtocol than off
    return Settings.and(
        Settings.of("set", "acceptors", 4, "proxySources", "127.0.0.0/8, ::1"), more);
  }

  private record Change(String key, Object value) {}

  /** Two values of each key, in turn. */
  private static List<Change> changes(Map<String, List<Object>> values) {
    var changes = new ArrayList<Change>();
    for (int i = 0; i < 2; i++) {
      for (var key : values.entrySet()) {
        changes.add(new Change(key.getKey(), key.getValue().get(i)));
      }
    }
    return changes;
  }

  /**
   * Applies the changes one after the other. Each change comes together with a limit that shows
   * when it was taken up. There are never two updates in a row without a wait: SCR reads properties
   * and change count one after the other, and loses an update between the two reads.
   */
  private static void apply(ConfiguredServer server, Load load, List<Change> changes)
      throws Exception {
    int marker = 1000;
    for (Change change : changes) {
      boolean itself = change.key().equals("maxConnections");
      int limit = itself ? (Integer) change.value() : ++marker;
      server.configure(with(change.key(), change.value(), "maxConnections", limit));
      Awaitility.await(change.toString())
          .atMost(Duration.ofSeconds(20))
          .until(() -> server.server().info().maxConnections(), max -> max == limit);
      load.awaitReplies(1);
    }
  }

  @Test
  void s6KeysThatApplyLiveLoseNothingAndCloseNothing() throws Exception {
    Map<String, List<Object>> values =
        Map.ofEntries(
            Map.entry("maxConnections", List.of(64, 500)),
            Map.entry("whenLimitReached", List.of("reject", "park")),
            Map.entry("maxConnectionsPerAcceptor", List.of(50, 0)),
            Map.entry("maxConnectionsPerAddress", List.of(500, 0)),
            Map.entry("ipv6Prefix", List.of(48, 128)),
            Map.entry("acceptRate", List.of(10_000, 0)),
            Map.entry("acceptBurst", List.of(100, 0)),
            Map.entry("allow", List.of("127.0.0.0/8, ::1", new String[] {})),
            Map.entry("deny", List.of(new String[] {"192.0.2.0/24"}, "")),
            Map.entry("proxyProtocol", List.of("optional", "off")),
            Map.entry("proxySources", List.of("10.0.0.0/8", new String[] {"127.0.0.1", "::1"})),
            Map.entry("proxyTimeout", List.of("1s", "1h")),
            Map.entry("alarmConnections", List.of(1, 0)),
            Map.entry("alarmCooldown", List.of("0s", "1m")),
            Map.entry("readyDelay", List.of("1s", "0s")),
            Map.entry("drainSpread", List.of("1s", "0s")),
            Map.entry("option.greeting", List.of("hello", "good day")),
            Map.entry("readTimeout", List.of("20s", "infinite")),
            Map.entry("sendTimeout", List.of("10s", "infinite")),
            Map.entry("handshakeTimeout", List.of("2s", "infinite")),
            Map.entry("drainTimeout", List.of("3s", "0s")),
            Map.entry("shutdownTimeout", List.of("3s", "0s")),
            Map.entry("handlerWait", List.of("0s", "infinite")),
            Map.entry("maxAge", List.of("1h", "infinite")),
            Map.entry("maxAgeJitter", List.of(0, 100)),
            Map.entry("firstByteTimeout", List.of("10s", "infinite")),
            Map.entry("minReceiveRate", List.of(1, 0)),
            Map.entry("minSendRate", List.of(1, 0)),
            Map.entry("rateWindow", List.of("1s", "1m")),
            Map.entry("idleBy", List.of("both", "received")),
            Map.entry("whenHandlerLeaves", List.of("drain", "migrate")),
            Map.entry("whenBetterHandlerArrives", List.of("drain", "migrate")),
            Map.entry("rolling", List.of(true, false)),
            Map.entry("readBufferSize", List.of(512, 65536)),
            Map.entry("unreadLimit", List.of(65536, 1 << 24)),
            Map.entry("mailboxSize", List.of(1, 1000)),
            Map.entry("restarts", List.of(0, 10)),
            Map.entry("restartWindow", List.of("1s", "1m")),
            Map.entry("handler.target", List.of("(&(handler.name=set))", "(tag=v1)")),
            Map.entry(
                "transport.target", List.of("(&(transport.name=tcp))", "(transport.name=t*)")));
    try (var server = new ConfiguredServer(context, "live", with())) {
      int port = server.port();
      try (var load = new Load(port)) {
        List<Change> changes = changes(values);
        apply(server, load, changes);
        Figures figures = load.end(changes.size());
        System.out.println("live configuration: " + figures);
        assertThat(figures.refused() + figures.lost() + figures.closed() + figures.dismissed())
            .isZero();
      }
      assertThat(server.port()).isEqualTo(port);
    }
  }

  /**
   * The port is closed for a moment, so the load has no visitors; live connections notice nothing.
   */
  @Test
  void s6KeysOfTheListenerKeepItsConnections() throws Exception {
    Map<String, List<Object>> values =
        Map.of(
            "host", List.of("localhost", "0.0.0.0"),
            "port", List.of(Ports.free(), Ports.free()),
            "backlog", List.of(16, 2000),
            "listenSockets", List.of(2, 4),
            "socketOptions",
                List.of(new String[] {"SO_RCVBUF=65536"}, new String[] {"TCP_NODELAY=false"}));
    try (var server = new ConfiguredServer(context, "reopened", with());
        var load = new Load(server.port(), 0)) {
      List<Change> changes = changes(values);
      apply(server, load, changes);
      Figures figures = load.end(changes.size());
      assertThat(figures.lost() + figures.closed()).isZero();
      Awaitility.await("the port of the last change is open")
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> assertThat(firstReply(server.port())).isEqualTo("1 v1 x"));
    }
  }

  private static String firstReply(int port) throws Exception {
    try (var fresh = new LineClient(port)) {
      return fresh.ask("x");
    }
  }

  /** An acceptor that is removed ends its connections, after a goodbye. */
  @Test
  void s6AcceptorsComeAndGoAndNothingIsLost() throws Exception {
    try (var server = new ConfiguredServer(context, "resized", with());
        var load = new Load(server.port())) {
      for (int acceptors : new int[] {8, 1, 6, 4}) {
        server.configure(with("acceptors", acceptors));
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> server.server().info().acceptors(), n -> n == acceptors);
        load.awaitReplies(3);
      }
      Figures figures = load.end(4);
      assertThat(figures.lost() + figures.refused()).isZero();
    }
  }

  @Test
  void s6PortGoesBackAndForthAndConnectionsStay() throws Exception {
    int one = Ports.free();
    int two = Ports.free();
    try (var server = new ConfiguredServer(context, "moving", with("port", one));
        var old = new LineClient(server.port())) {
      for (int i = 1; i <= 6; i++) {
        int here = i % 2 == 0 ? one : two;
        server.configure(with("port", here));
        server.await("(&(server.status=RUNNING)(server.port=" + here + "))");
        assertThatThrownBy(() -> new LineClient(here == one ? two : one))
            .isInstanceOf(ConnectException.class);
        try (var fresh = new LineClient(here)) {
          assertThat(fresh.ask("new")).isEqualTo("1 v1 new");
        }
        assertThat(old.ask("old")).isEqualTo(i + " v1 old");
      }
    }
  }

  @Test
  void s6SecondServerAtAPortFailsAndTakesOverWhenTheFirstHasLeft() throws Exception {
    int port = Ports.free();
    try (var first = new ConfiguredServer(context, "first", with("port", port))) {
      first.await(Status.RUNNING);
      try (var second = new ConfiguredServer(context, "second", with("port", port))) {
        second.await(Status.FAILED);
        assertThat(second.server().info().reason()).get().asString().contains(":" + port);
        try (var client = new LineClient(port)) {
          assertThat(client.ask("x")).isEqualTo("1 v1 x");
        }
        assertThat(first.server().info().accepted()).isEqualTo(1);

        first.close();

        assertThat(second.await(Status.RUNNING).getProperty(Server.PORT)).isEqualTo(port);
        try (var client = new LineClient(port)) {
          assertThat(client.ask("y")).isEqualTo("1 v1 y");
        }
        assertThat(second.server().info().accepted()).isEqualTo(1);
      }
    }
  }

  @Test
  void s6WrongValueOfAnyKeyIsRefusedByNameAndTheOldOnesStayInForce() throws Exception {
    Map<String, Object> wrong =
        Map.ofEntries(
            Map.entry("port", 65536),
            Map.entry("backlog", 0),
            Map.entry("acceptors", 0),
            Map.entry("listenSockets", 65),
            Map.entry("maxConnections", 0),
            Map.entry("whenLimitReached", "wait"),
            Map.entry("maxConnectionsPerAcceptor", -1),
            Map.entry("maxConnectionsPerAddress", "many"),
            Map.entry("ipv6Prefix", 129),
            Map.entry("acceptRate", 1_000_001),
            Map.entry("acceptBurst", -1),
            Map.entry("allow", "10.0.0.0/33"),
            Map.entry("deny", new String[] {"127.0.0.1", "localhost"}),
            Map.entry("proxyProtocol", "always"),
            Map.entry("proxySources", "proxy.example"),
            Map.entry("proxyTimeout", "0s"),
            Map.entry("alarmConnections", -1),
            Map.entry("alarmCooldown", "infinite"),
            Map.entry("readyDelay", "infinite"),
            Map.entry("drainSpread", "25h"),
            Map.entry("readTimeout", "0s"),
            Map.entry("sendTimeout", "soon"),
            Map.entry("handshakeTimeout", "-1s"),
            Map.entry("drainTimeout", "infinite"),
            Map.entry("shutdownTimeout", "25h"),
            Map.entry("handlerWait", "never"),
            Map.entry("maxAge", "0s"),
            Map.entry("maxAgeJitter", 101),
            Map.entry("firstByteTimeout", "0ms"),
            Map.entry("minReceiveRate", -1),
            Map.entry("minSendRate", "fast"),
            Map.entry("rateWindow", "infinite"),
            Map.entry("idleBy", "sent"),
            Map.entry("listen", "127.0.0.1"),
            Map.entry("unixPermissions", "rw"),
            Map.entry("unixOwner", "root"),
            Map.entry("unixGroup", "root"),
            Map.entry("whenHandlerLeaves", "keep"),
            Map.entry("whenBetterHandlerArrives", "stay"),
            Map.entry("rolling", "yes"),
            Map.entry("readBufferSize", 1),
            Map.entry("unreadLimit", 1),
            Map.entry("mailboxSize", 0),
            Map.entry("restarts", -1),
            Map.entry("restartWindow", "0s"),
            Map.entry("socketOptions", new String[] {"SO_WARP=9"}));
    try (var server = new ConfiguredServer(context, "sturdy", with("maxConnections", 60));
        var events = new Events(context, "sturdy")) {
      int port = server.port();
      try (var client = new LineClient(port)) {
        int asked = 0;
        for (var entry : wrong.entrySet()) {
          server.configure(with(entry.getKey(), entry.getValue()));
          Awaitility.await(entry.getKey())
              .until(
                  () -> events.of(TelemetryEvent.ConfigurationRefused.class),
                  refused ->
                      refused.stream().anyMatch(e -> e.reason().contains(entry.getKey() + " is ")));
          assertThat(client.ask("x")).isEqualTo(++asked + " v1 x");
          assertThat(server.server().info())
              .satisfies(info -> assertThat(info.status()).isEqualTo(Status.RUNNING))
              .satisfies(info -> assertThat(info.maxConnections()).isEqualTo(60));
          assertThat(server.port()).isEqualTo(port);
        }
      }
    }
  }
}
