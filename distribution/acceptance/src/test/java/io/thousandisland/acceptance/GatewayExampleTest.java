// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The example gateway in front of real backends. {@code TEST_REDIS} and {@code TEST_NC} name
 * folders with programs, as {@code .ci/unpack} prints them.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class GatewayExampleTest {

  private static final int REQUESTS = 200_000;

  @TempDir Path home;

  /** A server with the gateway's configurations; its handler is not there yet. */
  private Launch gateway(Framework framework, int backend, String proxyHeader) throws IOException {
    Launch launch = Launch.of(framework, home);
    Control.deploy(launch);
    Files.write(
        launch.deploy().resolve("io.thousandisland.server-gateway.cfg"),
        List.of("port = 0", "handler.target = (handler.name=gateway)", "drainTimeout = 40s"));
    Files.write(
        launch.deploy().resolve("io.thousandisland.examples.gateway.cfg"),
        List.of("backend = 127.0.0.1:" + backend, "proxyHeader = " + proxyHeader));
    return launch;
  }

  @ParameterizedTest
  @CsvSource({"FELIX, v1", "EQUINOX, v2"})
  void serverBehindTheGatewayThatRequiresAHeaderGetsIt(Framework framework, String version)
      throws Exception {
    int port = Ports.free();
    Launch launch = gateway(framework, port, version);
    Files.write(
        launch.deploy().resolve("io.thousandisland.server-echo.cfg"),
        List.of(
            "port = " + port,
            "handler.target = (handler.name=echo)",
            "proxyProtocol = required",
            "proxySources = 127.0.0.1"));
    try (var server = launch.start();
        var control = Control.of(server)) {
      control.install(Examples.jar("gateway"));
      try (var client = new Client(server.port("gateway"))) {
        assertThat(client.ask("through the gateway and back\n"))
            .isEqualTo("through the gateway and back\n");
      }
      server.saidNoStackTrace();
    }
  }

  /** An update waits for open tunnels, as long as the deadline of the drain lets it. */
  @ParameterizedTest
  @EnumSource
  void realToolsReachTheRealRedisThroughTheGatewayAndAnUpdateCutsNoTunnel(Framework framework)
      throws Exception {
    var redis =
        Examples.Tools.of(
            "TEST_REDIS",
            ".ci/unpack target/redis redis-tools redis-server libjemalloc2 liblzf1 libatomic1");
    var nc = Examples.Tools.of("TEST_NC", ".ci/unpack target/nc netcat-openbsd libbsd0 libmd0");
    int backend = Ports.free();
    Process real =
        redis
            .run("redis-server", "--port", "" + backend, "--save", "", "--bind", "127.0.0.1")
            .directory(home.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var server = gateway(framework, backend, "none").start();
        var control = Control.of(server)) {
      Path handler = Examples.jar("gateway");
      control.install(handler);
      int port = server.port("gateway");
      await("redis answers").ignoreExceptions().until(() -> ask(nc, port).equals("+PONG"));

      Process load =
          redis
              .run(
                  "redis-benchmark",
                  "-p",
                  "" + port,
                  "-n",
                  "" + REQUESTS,
                  "-c",
                  "20",
                  "-P",
                  "16",
                  "-q",
                  "INCR",
                  "counter")
              .redirectErrorStream(true)
              .start();
      await("tunnels").until(() -> control.text("connections gateway").equals("20"));
      control.update(handler);
      String said = new String(load.getInputStream().readAllBytes(), UTF_8);
      assertThat(load.waitFor()).as(said).isZero();
      String counted = output(redis.run("redis-cli", "-p", "" + port, "GET", "counter"));
      assertThat(counted).isEqualTo("" + REQUESTS);
      server.saidNoStackTrace();
    } finally {
      real.destroyForcibly().waitFor();
    }
  }

  /** The answer of the backend to a client that ends its side when it has asked. */
  private static String ask(Examples.Tools nc, int port) throws Exception {
    ProcessBuilder asking = nc.run("nc.openbsd", "-N", "127.0.0.1", "" + port);
    Process process = asking.redirectErrorStream(true).start();
    process.getOutputStream().write("PING\r\n".getBytes(UTF_8));
    process.getOutputStream().close();
    return finish(process);
  }

  private static String output(ProcessBuilder tool) throws Exception {
    return finish(tool.redirectErrorStream(true).start());
  }

  private static String finish(Process tool) throws IOException, InterruptedException {
    String said = new String(tool.getInputStream().readAllBytes(), UTF_8);
    assertThat(tool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said.strip();
  }
}
