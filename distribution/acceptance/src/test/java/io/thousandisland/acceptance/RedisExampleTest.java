// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The example redis with the real {@code redis-cli} and {@code redis-benchmark}. The variable
 * {@code TEST_REDIS} names a folder with their {@code usr}, as {@code .ci/unpack} prints it.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class RedisExampleTest {

  private static final int UPDATES = 20;

  /** So many that the updates are over before the requests are. */
  private static final int REQUESTS = Integer.getInteger("redis.requests", 1_500_000);

  private static final int COMPARED = 300_000;

  private static final Pattern RATE = Pattern.compile("([0-9.]+) requests per second");

  @TempDir Path home;

  private Examples.Tools tools;

  @BeforeEach
  void requireTools() {
    tools =
        Examples.Tools.of(
            "TEST_REDIS",
            ".ci/unpack target/redis redis-tools redis-server libjemalloc2 liblzf1 libatomic1");
  }

  private Process tool(String program, String... arguments) throws IOException {
    return tools.run(program, arguments).directory(home.toFile()).redirectErrorStream(true).start();
  }

  /** The output of a tool, which must succeed. */
  private static String output(Process tool) throws IOException, InterruptedException {
    String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(tool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(tool.exitValue()).as(said).isZero();
    return said.strip();
  }

  private String cli(int port, String... words) throws Exception {
    var arguments = new ArrayList<>(List.of("-p", "" + port));
    arguments.addAll(List.of(words));
    return output(tool("redis-cli", arguments.toArray(String[]::new)));
  }

  /** Requests of one kind, pipelined by 16, of 20 clients. */
  private Process benchmark(int port, int requests, String... command) throws IOException {
    var arguments =
        new ArrayList<>(
            List.of("-p", "" + port, "-n", "" + requests, "-c", "20", "-P", "16", "-q"));
    arguments.addAll(List.of(command));
    return tool("redis-benchmark", arguments.toArray(String[]::new));
  }

  private static long rate(String said) {
    Matcher last = RATE.matcher(said);
    long rate = 0;
    while (last.find()) {
      rate = (long) Double.parseDouble(last.group(1));
    }
    assertThat(rate).as(said).isPositive();
    return rate;
  }

  private Launch launch(Framework framework) throws IOException {
    return Examples.launch(framework, home, "redis", "redis-store");
  }

  @ParameterizedTest
  @EnumSource
  void noRequestOfTheRealToolsIsLostOrDoubledThroughTwentyUpdatesUnderLoad(Framework framework)
      throws Exception {
    Path handler = Examples.jar("redis");
    try (var server = launch(framework).start();
        var control = Control.of(server)) {
      control.install(handler);
      int port = server.port("redis");
      assertThat(cli(port, "PING")).isEqualTo("PONG");
      assertThat(cli(port, "SET", "kept", "a value")).isEqualTo("OK");

      Process load = benchmark(port, REQUESTS, "INCR", "counter");
      for (int i = 0; i < UPDATES; i++) {
        control.update(handler);
      }
      assertThat(load.isAlive()).as("requests go on after the last update").isTrue();
      long rate = rate(output(load));
      System.out.printf(
          "%s: INCR, 20 clients, pipelined by 16, while the handler was updated %d times:"
              + " %,d requests/s%n",
          framework, UPDATES, rate);

      assertThat(cli(port, "GET", "counter")).isEqualTo("" + REQUESTS);
      assertThat(cli(port, "GET", "kept")).isEqualTo("a value");
      assertThat(cli(port, "EXPIRE", "kept", "100")).isEqualTo("1");
      assertThat(cli(port, "TTL", "kept")).matches("99|100");
      assertThat(cli(port, "DEL", "kept", "none")).isEqualTo("1");
      assertThat(cli(port, "GET", "kept")).isEmpty();
      assertThat(cli(port, "ECHO", "bye")).isEqualTo("bye");
      server.saidNoStackTrace();
    }
  }

  /**
   * Prints the rates beside those of the real server; a machine under test is no place for more.
   */
  @Test
  void rateIsPrintedBesideTheRealServers() throws Exception {
    try (var server = launch(Framework.FELIX).start();
        var control = Control.of(server)) {
      control.install(Examples.jar("redis"));
      int ours = server.port("redis");
      int real = Ports.free();
      Process redis =
          tool("redis-server", "--port", "" + real, "--save", "", "--bind", "127.0.0.1");
      try {
        await("redis-server listens").until(() -> isListening(real));
        for (String[] command :
            List.of(
                new String[] {"SET", "key:__rand_int__", "xxx"},
                new String[] {"GET", "key:__rand_int__"},
                new String[] {"INCR", "counter"})) {
          output(benchmark(ours, COMPARED, command)); // warm
          long mine = rate(output(benchmark(ours, COMPARED, command)));
          long its = rate(output(benchmark(real, COMPARED, command)));
          System.out.printf(
              "%s, 20 clients, pipelined by 16: example %,d requests/s, redis-server %,d"
                  + " requests/s, ratio %.2f%n",
              command[0], mine, its, (double) mine / its);
        }
      } finally {
        redis.destroyForcibly().waitFor();
      }
    }
  }

  private static boolean isListening(int port) {
    try (var client = new Client(port)) {
      return client.ask("PING\r\n").startsWith("+PONG");
    } catch (IOException notYet) {
      return false;
    }
  }
}
