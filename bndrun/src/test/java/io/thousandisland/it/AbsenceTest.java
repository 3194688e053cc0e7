// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.Server;
import io.thousandisland.server.Status;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** W2 and W7: handler and transport are away, one or both, and come back in any order. */
class AbsenceTest {

  @InjectBundleContext BundleContext context;

  private Bundle transport;
  private Bundle handler;
  private ConfiguredServer server;
  private int port;

  @BeforeEach
  void serve() throws Exception {
    transport = Bundles.named(context, "io.thousandisland.transport.tcp");
    handler =
        context.installBundle(
            "test:absent", new HandlerBundle("absent.handler", "absent", "v1").stream());
    handler.start();
    server =
        new ConfiguredServer(
            context,
            "absent",
            Map.of(
                "handler.target", "(handler.name=absent)",
                "acceptors", 2,
                "drainTimeout", "5s",
                "shutdownTimeout", "5s",
                "handlerWait", "infinite"));
    port = server.port();
  }

  @AfterEach
  void restore() throws Exception {
    server.close();
    handler.uninstall();
    transport.start();
  }

  private void assertServes() throws Exception {
    assertThat(server.port()).isEqualTo(port);
    try (var client = new Client(port)) {
      assertThat(client.ask("hello")).isEqualTo("v1:hello");
    }
  }

  @Test
  void w2ClientsThatCameWhileTheHandlerWasAwayAreAllServedAndNoneWasRefused() throws Exception {
    List<Client> waiting = new ArrayList<>();
    try {
      handler.stop();
      for (int i = 0; i < 100; i++) {
        var client = new Client(port);
        waiting.add(client);
        client.send("client " + (1000 + i));
      }
      assertThat(server.server().status()).isEqualTo(Status.WAITING);

      handler.start();

      for (int i = 0; i < 100; i++) {
        assertThat(waiting.get(i).reply(14)).isEqualTo("v1:client " + (1000 + i));
      }
    } finally {
      for (Client client : waiting) {
        client.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void w7TransportThatLeavesWhileTheHandlerIsAwayComesBackBeforeItOrAfterIt(boolean handlerFirst)
      throws Exception {
    handler.stop();
    server.await(Status.WAITING);
    transport.stop();
    server.awaitReason("no transport matches (transport.name=tcp)");
    assertThatThrownBy(() -> new Client(port)).isInstanceOf(ConnectException.class);

    (handlerFirst ? handler : transport).start();
    assertThat(server.server().status()).isEqualTo(Status.WAITING);
    (handlerFirst ? transport : handler).start();

    assertServes();
  }

  @Test
  void w2PortIsBoundAgainWithTheTransportThoughTheHandlerIsStillAway() throws Exception {
    handler.stop();
    transport.stop();
    server.await("(!(server.port=*))");
    transport.start();
    assertThat(server.await("(server.port=*)").getProperty(Server.PORT)).isEqualTo(port);
    try (var early = new Client(port)) {
      early.send("early");
      server.awaitReason("no handler matches (handler.name=absent)");

      handler.start();

      assertThat(early.reply(8)).isEqualTo("v1:early");
    }
  }

  @Test
  void w7HandlerThatLeavesWhileTheTransportIsAwayComesBackAsWell() throws Exception {
    try (var client = new Client(port)) {
      assertThat(client.ask("a")).isEqualTo("v1:a");
      transport.stop();
      assertThat(client.seesEnd()).isTrue();
    }
    handler.stop();
    transport.start();
    handler.start();

    assertServes();
  }
}
