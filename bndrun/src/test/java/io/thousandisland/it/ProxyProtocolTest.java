// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.ProxyTlv;
import io.thousandisland.it.handlers.AskedHandler;
import io.thousandisland.server.Limit;
import io.thousandisland.server.Server;
import io.thousandisland.telemetry.TelemetryEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** K14: the header of the PROXY protocol, as a configuration asks for it. */
@Timeout(120)
class ProxyProtocolTest {

  private static final String HEADER = "PROXY TCP4 203.0.113.7 198.51.100.1 1000 443\r\n";

  @InjectBundleContext BundleContext context;

  private Bundle handler;

  @BeforeEach
  void install() throws Exception {
    var made = new HandlerBundle("asked.handler", "asked", "v1", 0, AskedHandler.class);
    handler = context.installBundle("test:asked", made.stream());
    handler.start();
  }

  @AfterEach
  void uninstall() throws Exception {
    handler.uninstall();
  }

  private static Map<String, Object> with(Object... more) {
    return Settings.and(Settings.of("asked", "drainTimeout", "5s"), more);
  }

  private static Map<String, Object> required() {
    return with("proxyProtocol", "required", "proxySources", "127.0.0.1");
  }

  @Test
  void k14HandlerSeesTheClientBehindAProxy() throws Exception {
    try (var server = new ConfiguredServer(context, "behind", required());
        var first = new LineClient(server.port());
        var second = new LineClient(server.port())) {
      first.send(HEADER);
      assertThat(first.ask("proxy client")).isEqualTo("/203.0.113.7:1000");
      assertThat(first.ask("proxy peer")).startsWith("/127.0.0.1:");
      assertThat(first.ask("proxy authority")).isEqualTo("none");
      ProxyHeader header =
          ProxyHeader.version2(
                  new InetSocketAddress("2001:db8::1", 5), new InetSocketAddress("2001:db8::2", 6))
              .with(ProxyTlv.authority("sni.example"))
              .withChecksum();
      second.send(StandardCharsets.ISO_8859_1.decode(header.encode()).toString());
      assertThat(second.ask("proxy client")).isEqualTo("/[2001:db8:0:0:0:0:0:1]:5");
      assertThat(second.ask("proxy authority")).isEqualTo("sni.example");
      assertThat(server.server().connections())
          .extracting(info -> ((InetSocketAddress) info.remote()).getPort())
          .containsExactly(1000, 5);
    }
  }

  @Test
  void k14ShellNamesTheClientAndCountsThoseWithoutAHeader() throws Exception {
    try (var events = new Events(context, "counted");
        var shell = new Shell(context);
        var server = new ConfiguredServer(context, "counted", required());
        var client = new LineClient(server.port());
        var stranger = new LineClient(server.port())) {
      client.send(HEADER);
      assertThat(client.ask("proxy client")).isEqualTo("/203.0.113.7:1000");
      stranger.send("GET / HTTP/1.1\r\n");
      assertThat(events.await(TelemetryEvent.ProxyHeaderRefused.class).reason())
          .isEqualTo("it begins without a PROXY header");
      assertThat(server.server().info().refused()).containsEntry(Limit.PROXY, 1L);
      assertThat(shell.run("ti:server counted")).contains("proxyProtocol");
      assertThat(shell.run("ti:connections counted --address 203.0.113.0/24"))
          .contains("203.0.113.7");
    }
  }

  @Test
  void v14ModesChangeLiveAndLivingConnectionsGoOn() throws Exception {
    try (var server = new ConfiguredServer(context, "changed", with());
        var living = new LineClient(server.port())) {
      assertThat(living.ask("proxy authority")).isEqualTo("none");
      int marker = 1000;
      for (int i = 0; i < 3; i++) {
        take(server, required(), ++marker);
        try (var proxied = new LineClient(server.port())) {
          proxied.send(HEADER);
          assertThat(proxied.ask("proxy client")).isEqualTo("/203.0.113.7:1000");
          take(server, with("proxyProtocol", "optional", "proxySources", "::1"), ++marker);
          assertThat(proxied.ask("proxy client")).isEqualTo("/203.0.113.7:1000");
        }
        try (var stranger = new LineClient(server.port())) { // it may send no header now
          assertThat(stranger.ask("proxy client")).startsWith("/127.0.0.1:");
        }
        take(server, with(), ++marker);
        assertThat(living.ask("proxy authority")).isEqualTo("none");
      }
    }
  }

  private static void take(ConfiguredServer server, Map<String, Object> settings, int marker)
      throws Exception {
    settings.put("maxConnections", marker);
    server.configure(settings);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> server.server().info().maxConnections(), max -> max == marker);
  }

  @Test
  void v14ModeWithoutProxiesIsRefusedByName() throws Exception {
    try (var events = new Events(context, "trusting");
        var server = new ConfiguredServer(context, "trusting", with());
        var client = new LineClient(server.port())) {
      server.configure(with("proxyProtocol", "optional"));
      assertThat(events.await(TelemetryEvent.ConfigurationRefused.class).reason())
          .contains("proxySources is ")
          .contains("allowed: the addresses of the proxies");
      assertThat(client.ask("proxy authority")).isEqualTo("none");
      Server same = server.server();
      assertThat(same.info().settings().toString()).contains("proxyProtocol");
    }
  }
}
