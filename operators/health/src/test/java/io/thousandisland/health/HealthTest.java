// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Server;
import io.thousandisland.testing.TestServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers of both checks about real servers. */
class HealthTest {

  private static TestServer server(String name) throws InterruptedException {
    return TestServer.serving(new Silent()).set("name", name).start();
  }

  private static Result readiness(Map<String, Object> settings, Server... servers) {
    var check = new ReadinessCheck(Settings.of(ReadinessCheck.Settings.class, settings), settings);
    check.servers = List.of(servers);
    return check.execute();
  }

  private static Result liveness(Map<String, Object> settings, Server... servers) {
    var check = new LivenessCheck(Settings.of(LivenessCheck.Settings.class, settings), settings);
    check.servers = List.of(servers);
    return check.execute();
  }

  private static List<String> lines(Result result) {
    return StreamSupport.stream(result.spliterator(), false).map(HealthTest::line).toList();
  }

  private static String line(ResultLog.Entry entry) {
    return entry.getStatus() + " " + entry.getMessage();
  }

  @Test
  void everyServerThatRunsIsReadyAndAlive() throws Exception {
    try (var one = server("one");
        var two = server("two")) {
      Result ready = readiness(Map.of(), two.server(), one.server());
      assertThat(ready.getStatus()).isEqualTo(Status.OK);
      assertThat(lines(ready))
          .containsExactly("OK server one is RUNNING", "OK server two is RUNNING");
      assertThat(lines(liveness(Map.of(), one.server())))
          .containsExactly("OK server one is RUNNING");
    }
  }

  @Test
  void lameDuckIsNotReadyButAlive() throws Exception {
    try (var one = server("one");
        var two = server("two")) {
      Drain drain = two.server().drain(Duration.ofHours(1));
      Result ready = readiness(Map.of(), one.server(), two.server());
      assertThat(ready.getStatus()).isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
      assertThat(lines(ready).getFirst()).isEqualTo("OK server one is RUNNING");
      assertThat(lines(ready).getLast())
          .startsWith("TEMPORARILY_UNAVAILABLE server two is DRAINING");
      assertThat(liveness(Map.of(), two.server()).getStatus()).isEqualTo(Status.OK);
      drain.cutShort();
    }
  }

  @Test
  void suspendedServerIsNotReadyButAlive() throws Exception {
    try (var one = server("one")) {
      one.server().suspend();
      assertThat(readiness(Map.of(), one.server()).getStatus())
          .isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
      assertThat(liveness(Map.of(), one.server()).getStatus()).isEqualTo(Status.OK);
    }
  }

  @ParameterizedTest
  @EnumSource(io.thousandisland.server.Status.class)
  void onlyAServerThatRunsIsReadyAndNoStatusAsksForARestart(
      io.thousandisland.server.Status status) {
    boolean runs = status == io.thousandisland.server.Status.RUNNING;
    Server server = new StatedServer("one", status, "why").server();
    Result ready = readiness(Map.of(), server);
    assertThat(ready.isOk()).isFalse(); // WARN: it runs, and has a reason all the same
    assertThat(ready.getStatus() == Status.WARN).isEqualTo(runs);
    assertThat(lines(ready).getFirst()).endsWith(" server one is " + status + ": why");
    assertThat(liveness(Map.of(), server).getStatus()).isIn(Status.OK, Status.WARN);
  }

  @Test
  void failedServerIsCriticalForReadinessAndAWarningForLivenessUnlessConfiguredOtherwise() {
    Server server =
        new StatedServer("one", io.thousandisland.server.Status.FAILED, "port in use").server();
    assertThat(lines(readiness(Map.of(), server)))
        .containsExactly("CRITICAL server one is FAILED: port in use");
    assertThat(lines(liveness(Map.of(), server)))
        .containsExactly("WARN server one is FAILED: port in use");
    assertThat(liveness(Map.of("failed", "critical"), server).getStatus())
        .isEqualTo(Status.CRITICAL);
  }

  @Test
  void withoutAServerTheProcessIsAliveAndNotReadyUnlessConfiguredOtherwise() {
    assertThat(lines(readiness(Map.of())))
        .containsExactly("TEMPORARILY_UNAVAILABLE there is no server");
    assertThat(lines(liveness(Map.of()))).containsExactly("OK there is no server");
    assertThat(lines(readiness(Map.of("none", "OK")))).containsExactly("OK there is no server");
    assertThat(lines(liveness(Map.of("none", "CRITICAL"))))
        .containsExactly("CRITICAL there is no server");
  }

  @Test
  void serverThatIsExpectedAndNotThereIsNotReady() throws Exception {
    try (var one = server("one")) {
      assertThat(lines(readiness(Map.of("expect", new String[] {"one, two ,", ""}), one.server())))
          .containsExactly(
              "OK server one is RUNNING",
              "TEMPORARILY_UNAVAILABLE server two, which is expected, is not there");
      assertThat(readiness(Map.of("expect", new String[] {"one"}, "none", "OK")).getStatus())
          .isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MAYBE", "OK,WARN", "HEALTH_CHECK_ERROR"})
  void valueThatMeansNoStatusIsNamed(String wrong) throws Exception {
    String fault =
        " none is '" + wrong + "'; allowed are OK, WARN, TEMPORARILY_UNAVAILABLE and CRITICAL";
    try (var one = server("one")) {
      assertThat(lines(readiness(Map.of("none", wrong), one.server())))
          .containsExactly("OK server one is RUNNING", "CRITICAL" + fault);
      assertThat(lines(liveness(Map.of("none", wrong), one.server())))
          .containsExactly("OK server one is RUNNING", "WARN" + fault);
    }
    assertThat(lines(readiness(Map.of("none", wrong)))).contains("CRITICAL there is no server");
  }

  @ParameterizedTest
  @ValueSource(strings = {"expct", "Expect", "failed ", "server.target", "servers.targt", "hc", ""})
  void unknownKeyIsNamedWithThoseThatAreAllowedAndWithoutItsValue(String wrong) throws Exception {
    Map<String, Object> settings = Map.of(wrong, "secret");
    String fault = " unknown key " + wrong + "; allowed are ";
    try (var one = server("one")) {
      Result ready = readiness(settings, one.server());
      assertThat(lines(ready))
          .containsExactly(
              "OK server one is RUNNING",
              "CRITICAL" + fault + "expect, none, servers.target and hc.*");
      assertThat(ready.getStatus()).isEqualTo(Status.CRITICAL);
      Result alive = liveness(settings, one.server());
      assertThat(lines(alive))
          .containsExactly(
              "OK server one is RUNNING", "WARN" + fault + "failed, none, servers.target and hc.*");
      assertThat(alive.getStatus()).isEqualTo(Status.WARN);
    }
  }

  @Test
  void keyOfTheOtherCheckIsUnknownAndEachUnknownKeyHasItsLine() {
    assertThat(
            lines(
                readiness(
                    Map.of("none", "OK", "failed", "OK", "a", 1, "expect", new String[] {"x"}))))
        .filteredOn(line -> line.startsWith("CRITICAL unknown key "))
        .extracting(line -> line.replaceAll(";.*", ""))
        .containsExactly("CRITICAL unknown key a", "CRITICAL unknown key failed");
    assertThat(lines(liveness(Map.of("expect", "x")))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service.pid",
        "service.ranking",
        "component.id",
        "felix.fileinstall.filename",
        "org.apache.felix.configadmin.revision",
        "org.apache.karaf.features.configKey",
        ":configurator:feature-x",
        "osgi.ds.satisfying.condition.target",
        "hc.tags",
        "hc.async.cronExpression",
        "servers.cardinality.minimum",
        ".private"
      })
  void keysOfThePlatformAreNoFaults(String key) throws Exception {
    try (var one = server("one")) {
      assertThat(readiness(Map.of(key, "x"), one.server()).getStatus()).isEqualTo(Status.OK);
      assertThat(liveness(Map.of(key, "x"), one.server()).getStatus()).isEqualTo(Status.OK);
    }
  }

  @Test
  void targetThatIsNoFilterIsNamed() {
    String fault = " servers.target is '(x'; allowed is a filter, such as (server.name=echo)";
    assertThat(lines(readiness(Map.of("servers.target", "(x", "none", "OK"))))
        .containsExactly("OK there is no server", "CRITICAL" + fault);
    assertThat(lines(liveness(Map.of("servers.target", "(x"))))
        .containsExactly("OK there is no server", "WARN" + fault);
    assertThat(lines(readiness(Map.of("servers.target", "(server.name=x)", "none", "OK"))))
        .containsExactly("OK there is no server");
  }

  private static final class Silent implements Handler<Void> {}
}
