// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.test.common.annotation.InjectBundleContext;

/** In whatever order the bundles start, the same server runs in the end. */
class StartOrderTest {

  @InjectBundleContext BundleContext context;

  private Bundle handler;
  private ConfiguredServer server;
  private int port;

  @BeforeEach
  void configure() throws Exception {
    handler =
        context.installBundle(
            "test:ordered", new HandlerBundle("ordered.handler", "ordered", "v1").stream());
    handler.start();
    try (var free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    server =
        new ConfiguredServer(
            context,
            "ordered",
            Map.of(
                "port", port,
                "handler.target", "(handler.name=ordered)",
                "drainTimeout", "5s",
                "shutdownTimeout", "5s"));
  }

  @AfterEach
  void startAll() throws Exception {
    server.close();
    handler.uninstall();
    for (char other : "SRT".toCharArray()) {
      bundle(other).start();
    }
  }

  private Bundle bundle(char letter) {
    return switch (letter) {
      case 'R' -> Bundles.named(context, "io.thousandisland.runtime");
      case 'T' -> Bundles.named(context, "io.thousandisland.transport.tcp");
      case 'S' -> Bundles.named(context, "org.apache.felix.scr");
      default -> handler;
    };
  }

  /** R is the runtime, T the transport, H the handler, S the Service Component Runtime. */
  @ParameterizedTest
  @ValueSource(strings = {"RTH", "RHT", "TRH", "THR", "HRT", "HTR", "RTHS", "HSTR"})
  void everyOrderEndsInTheSameRunningServer(String order) throws Exception {
    server.await(Status.RUNNING);
    for (char stopped : order.toCharArray()) {
      bundle(stopped).stop();
    }
    assertThat(context.getServiceReferences(Server.class, "(server.name=ordered)")).isEmpty();

    for (char started : order.toCharArray()) {
      bundle(started).start();
    }

    ServiceReference<Server> running = server.await(Status.RUNNING);
    assertThat(running.getProperty(Server.PORT)).isEqualTo(port);
    ServerInfo info = context.getService(running).info();
    assertThat(info.reason()).isEmpty();
    assertThat(info.transport()).hasValue("tcp");
    assertThat(info.acceptors()).isEqualTo(10);
    assertThat(info.address().map(InetSocketAddress.class::cast).map(InetSocketAddress::getPort))
        .hasValue(port);
    assertThat(info.generations())
        .extracting(GenerationInfo::handler, GenerationInfo::serving)
        .containsExactly(tuple("ordered", true));
    try (var client = new Client(port)) {
      assertThat(client.ask("hello")).isEqualTo("v1:hello");
    }
  }
}
