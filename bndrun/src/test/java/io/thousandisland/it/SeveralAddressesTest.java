// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.server.ListenerInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.test.common.annotation.InjectBundleContext;

/** S12: a server listens at the addresses of its configuration, also when these change. */
@Timeout(120)
class SeveralAddressesTest {

  @InjectBundleContext BundleContext context;

  @TempDir Path folder;

  private Bundle handler;

  @BeforeEach
  void install() throws Exception {
    var made = new HandlerBundle("doors.handler", "doors", "v1", 0, CountingHandler.class);
    handler = context.installBundle("test:doors", made.stream());
    handler.start();
  }

  @AfterEach
  void uninstall() throws Exception {
    handler.uninstall();
  }

  private static Map<String, Object> with(Object... more) {
    return Settings.and(Settings.of("doors", "acceptors", 2), more);
  }

  private static String firstReply(Path path) throws Exception {
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      client.write(ByteBuffer.wrap("x\n".getBytes(StandardCharsets.UTF_8)));
      var reply = ByteBuffer.allocate("1 v1 x".length());
      while (reply.hasRemaining() && client.read(reply) >= 0) {
        Thread.onSpinWait();
      }
      return new String(reply.array(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void s12AddressesComeAndGoLiveUnderLoadAndTheOneThatStaysLosesAndRefusesNobody()
      throws Exception {
    int port = Ports.free();
    String stays = "127.0.0.1:" + port;
    try (var server = new ConfiguredServer(context, "doors", with("port", port));
        var events = new Events(context, "doors")) {
      assertThat(server.port()).isEqualTo(port);
      try (var load = new Load(port)) {
        int changes = 0;
        for (int round = 0; round < 2; round++) {
          Path path = folder.resolve("s" + round);
          List<Object> lists =
              List.of(
                  stays + ", unix:" + path,
                  new String[] {"127.0.0.2:0", stays},
                  "lo:0, " + stays,
                  stays);
          for (Object list : lists) {
            int marker = 2_000 + ++changes;
            server.configure(with("listen", list, "maxConnections", marker));
            Awaitility.await("change " + changes)
                .atMost(Duration.ofSeconds(20))
                .until(() -> server.server().info().maxConnections(), max -> max == marker);
            if (list instanceof String text && text.contains("unix:")) {
              assertThat(firstReply(path)).isEqualTo("1 v1 x");
            }
            load.awaitReplies(1);
          }
        }
        Figures figures = load.end(changes);
        System.out.println("changed lists of addresses: " + figures);
        assertThat(figures.refused() + figures.lost() + figures.closed() + figures.dismissed())
            .isZero();
      }
      assertThat(events.of(TelemetryEvent.ListenerStopped.class))
          .extracting(TelemetryEvent.ListenerStopped::listen)
          .isNotEmpty()
          .doesNotContain(stays);
    }
  }

  @Test
  void s12RightsOfAPathChangeUnderLoadAndLoseNothing() throws Exception {
    int port = Ports.free();
    String list = "127.0.0.1:%d, unix:%s".formatted(port, folder.resolve("s"));
    String me = System.getProperty("user.name");
    try (var server = new ConfiguredServer(context, "rights", with("listen", list));
        var load = new Load(server.port())) {
      for (Map.Entry<String, Object> key :
          Map.<String, Object>of("unixPermissions", 600, "unixOwner", me).entrySet()) {
        server.configure(with("listen", list, key.getKey(), key.getValue()));
        server.awaitReason("unixPermissions, unixOwner and unixGroup apply when unix:");
        assertThat(server.server().status()).isEqualTo(Status.RUNNING);
        server.configure(with("listen", list));
        Awaitility.await().until(() -> server.server().info().reason().isEmpty());
        load.awaitReplies(1);
      }
      Figures figures = load.end(4);
      assertThat(figures.refused() + figures.lost() + figures.closed()).isZero();
    }
  }

  @Test
  void s12AddressThatIsTakenIsNamedWhileTheOtherServesAndIsHadWhenItIsFree() throws Exception {
    try (var taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String second = "127.0.0.1:" + taken.getLocalPort();
      try (var server =
          new ConfiguredServer(context, "one-of-two", with("listen", "127.0.0.1:0, " + second))) {
        server.awaitReason("cannot listen at " + second + ": Address already in use");
        ServiceReference<Server> reference = server.await(Status.RUNNING);
        assertThat(reference.getProperty(Server.READY)).isEqualTo(true);
        assertThat((Collection<?>) reference.getProperty(Server.ADDRESSES))
            .hasToString("[127.0.0.1:" + server.port() + "]");
        try (var client = new LineClient(server.port())) {
          assertThat(client.ask("x")).isEqualTo("1 v1 x");
        }
        taken.close();
        server.await("(server.addresses=" + second + ")");
        assertThat(server.server().info().reason()).isEmpty();
        assertThat(server.server().info().listeners())
            .extracting(ListenerInfo::channels)
            .containsExactly(1, 1);
        try (var client = new LineClient(taken.getLocalPort())) {
          assertThat(client.ask("x")).isEqualTo("1 v1 x");
        }
      }
    }
  }

  @Test
  void s12ShortAndLongFormTogetherAreRefusedByNameAndTheServerRunsOn() throws Exception {
    try (var server = new ConfiguredServer(context, "both", with())) {
      int port = server.port();
      try (var client = new LineClient(port)) {
        server.configure(with("listen", "127.0.0.1:1", "port", port));
        server.awaitReason("listen and port are both set; allowed: listen, or host and port");
        assertThat(client.ask("x")).isEqualTo("1 v1 x");
        assertThat(server.port()).isEqualTo(port);
      }
    }
  }
}
