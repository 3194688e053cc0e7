// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import io.thousandisland.server.Status;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** One server for each configuration; the refusal of a wrong value names its key. */
class ConfigurationTest {

  @InjectBundleContext BundleContext context;

  private static final Map<String, Object> ECHO =
      Map.of(
          "port", 0,
          "handler.target", "(handler.name=echo)",
          "drainTimeout", "5s",
          "shutdownTimeout", "5s");

  private static Map<String, Object> echoWith(String key, Object value) {
    var settings = new HashMap<>(ECHO);
    settings.put(key, value);
    return settings;
  }

  private static String echo(int port, String text) throws Exception {
    try (var client = new Client(port)) {
      client.send(text);
      return client.reply(text.length());
    }
  }

  @Test
  void severalServersRunInOneFramework() throws Exception {
    try (var one = new ConfiguredServer(context, "one", ECHO);
        var two = new ConfiguredServer(context, "two", ECHO)) {
      assertThat(one.port()).isNotEqualTo(two.port());
      assertThat(echo(one.port(), "hello")).isEqualTo("hello");
      assertThat(echo(two.port(), "hello")).isEqualTo("hello");
    }
  }

  @Test
  void wrongValueIsRefusedByNameAndTheServerRunsOn() throws Exception {
    try (var configured = new ConfiguredServer(context, "wrong", ECHO)) {
      int port = configured.port();
      Server server = configured.server();

      configured.configure(echoWith("readTimeout", "soon"));

      ServerInfo info = awaitReason(server);
      assertThat(info.reason()).get().asString().contains("readTimeout is soon", "allowed");
      assertThat(info.status()).isEqualTo(Status.RUNNING);
      assertThat(echo(port, "still here")).isEqualTo("still here");
    }
  }

  @Test
  void unknownKeyIsRefusedByNameWithTheOneThatWasMeant() throws Exception {
    try (var configured = new ConfiguredServer(context, "typo", echoWith("maxConection", 5))) {
      configured.await(Status.FAILED);
      assertThat(configured.server().info().reason())
          .get()
          .asString()
          .contains("unknown key maxConection", "did you mean maxConnections");

      configured.configure(ECHO);
      assertThat(echo(configured.port(), "mended")).isEqualTo("mended");
    }
  }

  @Test
  void portIsChangedLiveAndConnectionsSurvive() throws Exception {
    try (var configured = new ConfiguredServer(context, "moving", ECHO)) {
      int before = configured.port();
      int after;
      try (var free = new ServerSocket(0)) {
        after = free.getLocalPort();
      }
      try (var client = new Client(before)) {
        configured.configure(echoWith("port", after));
        configured.await("(server.port=" + after + ")");
        assertThat(echo(after, "new")).isEqualTo("new");
        assertThatThrownBy(() -> new Client(before)).isInstanceOf(ConnectException.class);
        client.send("after");
        assertThat(client.reply(5)).isEqualTo("after");
      }
    }
  }

  @Test
  void transportThatLeavesClosesThePortAndTheServerListensAgainWhenItIsBack() throws Exception {
    Bundle transport = bundle("io.thousandisland.transport.tcp");
    try (var configured = new ConfiguredServer(context, "carried", ECHO)) {
      int port = configured.port();
      try (var client = new Client(port)) {
        client.send("hello");
        assertThat(client.reply(5)).isEqualTo("hello");
        transport.stop();
        assertThat(client.seesEnd()).isTrue();
        configured.await(Status.WAITING);
      } finally {
        transport.start();
      }
      assertThat(configured.port()).isEqualTo(port);
      assertThat(echo(port, "back")).isEqualTo("back");
    }
  }

  private Bundle bundle(String symbolicName) {
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getSymbolicName().equals(symbolicName)) {
        return bundle;
      }
    }
    throw new AssertionError("no bundle " + symbolicName);
  }

  /** Configuration Admin runs the update on a thread of its own. */
  private static ServerInfo awaitReason(Server server) {
    return org.awaitility.Awaitility.await().until(server::info, i -> i.reason().isPresent());
  }
}
