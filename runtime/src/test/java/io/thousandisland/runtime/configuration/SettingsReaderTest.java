// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.runtime.settings.AlarmSettings;
import io.thousandisland.runtime.settings.LeaveSettings;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.ServerSettings;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule S6; rows C2 to C6: the settings that a configuration gives, and the refusal of a wrong one.
 */
class SettingsReaderTest {

  private static ServerSettings read(Object... keysAndValues) {
    return SettingsReader.read(properties(keysAndValues));
  }

  private static Map<String, Object> properties(Object... keysAndValues) {
    var properties = new HashMap<String, Object>();
    properties.put("service.pid", "io.thousandisland.server~test");
    properties.put("port", 0);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      properties.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return properties;
  }

  private static String refusal(Object... keysAndValues) {
    var refused = catchThrowableOfType(RefusedConfiguration.class, () -> read(keysAndValues));
    assertThat(refused).as("refused").isNotNull();
    assertThat(refused.getMessage()).isEqualTo(refused.problems());
    return refused.problems();
  }

  @Test
  void c3NothingSaidGivesTheDefaultsOfTheRecord() {
    assertThat(read()).isEqualTo(ServerSettings.defaults("test"));
  }

  /** The properties that an empty or a half-written file gives. */
  @Test
  void c4ConfigurationWithoutAPortIsNoServer() {
    var refused =
        catchThrowableOfType(RefusedConfiguration.class, () -> SettingsReader.read(Map.of()));
    assertThat(refused.problems())
        .isEqualTo(
            "port is missing; allowed: a whole number from 0 to 65535 (0 picks a free port), or listen"
                + " instead");
  }

  @ParameterizedTest
  @ValueSource(strings = {"handler.target", "transport.target", "listener.target"})
  void c1TargetThatIsNoFilterIsRefusedByName(String key) {
    for (String wrong : List.of("(handler.name=echo", "handler.name=echo", "", "((a=b))")) {
      assertThat(refusal(key, wrong))
          .startsWith(key + " is " + wrong + "; allowed: an LDAP filter");
    }
  }

  @Test
  void everyKeyIsRead() {
    ServerSettings s =
        read(
            "name", "shop",
            "host", "::1",
            "port", 4000,
            "backlog", "17",
            "acceptors", 4L,
            "listenSockets", 2,
            "maxConnections", 5,
            "whenLimitReached", "Reject",
            "maxConnectionsPerAcceptor", 21,
            "maxConnectionsPerAddress", 22,
            "ipv6Prefix", 56,
            "acceptRate", 24,
            "acceptBurst", 25,
            "allow", "10.0.0.0/8, 127.0.0.1",
            "deny", new String[] {"10.1.0.0/16"},
            "alarmConnections", 26,
            "alarmCooldown", "27s",
            "readTimeout", "infinite",
            "sendTimeout", "1s",
            "handshakeTimeout", "2s",
            "drainTimeout", "3s",
            "shutdownTimeout", "4s",
            "handlerWait", "0s",
            "readyDelay", "31s",
            "drainSpread", "2s",
            "whenHandlerLeaves", "DRAIN",
            "whenBetterHandlerArrives", "drain",
            "rolling", "true",
            "readBufferSize", 512,
            "unreadLimit", 1024,
            "mailboxSize", 6,
            "maxAge", "1h",
            "maxAgeJitter", 20,
            "firstByteTimeout", "5s",
            "minReceiveRate", 100,
            "minSendRate", 200,
            "rateWindow", "3s",
            "idleBy", "both",
            "restarts", 0,
            "restartWindow", "7m",
            "socketOptions", new String[] {"SO_RCVBUF=8192", "TCP_NODELAY=false"},
            "handler.target", "(handler.name=shop)",
            "transport.target", "(transport.name=tls)",
            "listener.target", "(!(objectClass=*))");
    assertThat(s.name()).isEqualTo("shop");
    assertThat(s.listen().addresses()).containsExactly(new ListenAddress.Inet("::1", 4000));
    assertThat(List.of(s.listen().backlog(), s.listen().sockets())).containsExactly(17, 2);
    assertThat(s.listen().options())
        .containsEntry(StandardSocketOptions.SO_RCVBUF, 8_192)
        .containsEntry(StandardSocketOptions.TCP_NODELAY, false);
    assertThat(s.acceptors()).isEqualTo(4);
    assertThat(s.limits())
        .isEqualTo(new LimitSettings(5, LimitSettings.WhenReached.REJECT, 21, 22, 56, 24, 25));
    assertThat(s.access().allow()).hasToString("[10.0.0.0/8, 127.0.0.1/32]");
    assertThat(s.access().deny()).hasToString("[10.1.0.0/16]");
    assertThat(s.alarm()).isEqualTo(new AlarmSettings(26, Duration.ofSeconds(27)));
    assertThat(s.timeouts().read()).isEqualTo(ReadTimeout.FOREVER);
    assertThat(
            List.of(
                s.timeouts().send(),
                s.timeouts().handshake(),
                s.timeouts().drain(),
                s.timeouts().shutdown(),
                s.timeouts().handlerWait(),
                s.restarts().window()))
        .extracting(Duration::toSeconds)
        .containsExactly(1L, 2L, 3L, 4L, 0L, 420L);
    assertThat(s.leave())
        .isEqualTo(new LeaveSettings(Duration.ofSeconds(31), Duration.ofSeconds(2)));
    assertThat(s.pace())
        .isEqualTo(
            new PaceSettings(
                Duration.ofHours(1),
                20,
                Duration.ofSeconds(5),
                100,
                200,
                Duration.ofSeconds(3),
                PaceSettings.IdleBy.BOTH));
    assertThat(s.policies())
        .isEqualTo(
            new Policies(Policies.WhenHandlerLeaves.DRAIN, Policies.WhenBetterArrives.DRAIN, true));
    assertThat(
            List.of(
                s.buffers().read(),
                s.buffers().unreadLimit(),
                s.buffers().mailbox(),
                s.restarts().restarts()))
        .containsExactly(512, 1024, 6, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "host|' '|a host name or an address",
        "port|-1|a whole number from 0 to 65535",
        "port|65536|a whole number from 0 to 65535",
        "port|http|a whole number",
        "port|99999999999|a whole number",
        "backlog|0|a whole number from 1 to 65535",
        "acceptors|0|a whole number from 1 to 1024",
        "acceptors|1025|a whole number from 1 to 1024",
        "listenSockets|0|a whole number from 1 to 64",
        "listenSockets|65|a whole number from 1 to 64",
        "listenSockets|11|at most the number of acceptors (10)",
        "maxConnections|0|a whole number from 1 to 2147483647",
        "whenLimitReached|drop|park or reject",
        "maxConnectionsPerAcceptor|-1|a whole number from 0 to 2147483647",
        "maxConnectionsPerAddress|-1|a whole number from 0 to 2147483647",
        "ipv6Prefix|0|a whole number from 1 to 128",
        "ipv6Prefix|129|a whole number from 1 to 128",
        "acceptRate|1000001|a whole number from 0 to 1000000",
        "acceptBurst|-1|a whole number from 0 to 1000000",
        "allow|10.0.0.0/33|an address or a CIDR block, as in 10.0.0.0/8 or 2001:db8::/32",
        "deny|localhost|an address or a CIDR block, as in 10.0.0.0/8 or 2001:db8::/32",
        "alarmConnections|-1|a whole number from 0 to 2147483647",
        "alarmCooldown|infinite|0s to 24h",
        "readyDelay|infinite|0s to 24h",
        "drainSpread|25h|0s to 24h",
        "drainSpread|11s|at most drainTimeout (10s)",
        "readTimeout|0s|a duration longer than 0s",
        "readTimeout|60|a whole number with the unit ms, s, m or h",
        "sendTimeout|0ms|a duration longer than 0s",
        "handshakeTimeout|0h|a duration longer than 0s",
        "drainTimeout|25h|0s to 24h",
        "drainTimeout|infinite|0s to 24h",
        "shutdownTimeout|infinite|0s to 24h",
        "handlerWait|-1s|a whole number with the unit ms, s, m or h",
        "maxAge|0s|a duration longer than 0s",
        "maxAgeJitter|-1|a whole number from 0 to 100",
        "maxAgeJitter|101|a whole number from 0 to 100",
        "firstByteTimeout|0s|a duration longer than 0s",
        "minReceiveRate|-1|a whole number from 0 to 2147483647",
        "minSendRate|2147483648|a whole number",
        "rateWindow|0s|longer than 0s, up to 24h",
        "rateWindow|infinite|longer than 0s, up to 24h",
        "idleBy|sent|received or both",
        "whenHandlerLeaves|keep|migrate or drain",
        "rolling|maybe|true or false",
        "whenBetterHandlerArrives|kept|keep or drain or migrate",
        "readBufferSize|511|a whole number from 512 to 16777216",
        "unreadLimit|65535|a whole number from 65536 to 1073741824",
        "mailboxSize|0|a whole number from 1 to 1048576",
        "restarts|-1|a whole number from 0 to 1000",
        "restartWindow|0s|a duration longer than 0s",
        "socketOptions|SO_REUSEPORT=true|NAME=VALUE, where NAME is one of"
      })
  void s6WrongValueIsRefusedWithKeyValueAndWhatIsAllowed(String key, String value, String allowed) {
    assertThat(refusal(key, value))
        .contains(key + " is ")
        .contains(value.strip())
        .contains("; allowed: ")
        .contains(allowed);
  }

  @Test
  void s6ValueIsQuotedAsItWasWritten() {
    assertThat(refusal("drainTimeout", "infinite"))
        .isEqualTo("drainTimeout is infinite; allowed: 0s to 24h");
  }

  @Test
  void s6SeveralProblemsAreNamedInOneMessage() {
    assertThat(refusal("port", "x", "readTimeout", "soon", "whenLimitReached", "drop", "prot", 1))
        .contains("port is x")
        .contains("readTimeout is soon")
        .contains("whenLimitReached is drop")
        .contains("unknown key prot; did you mean port?");
  }

  @ParameterizedTest
  @CsvSource({
    "prot, port",
    "Port, port",
    "readtimeout, readTimeout",
    "readTimout, readTimeout",
    "maxConnection, maxConnections",
    "handler.targt, handler.target",
    "listenSocket, listenSockets",
    "handlr.target, handler.target",
    "transport.targt, transport.target",
    "listner.target, listener.target"
  })
  void c5TypoIsRefusedWithTheKeyThatWasMeant(String typo, String meant) {
    assertThat(refusal(typo, "1"))
        .isEqualTo("unknown key " + typo + "; did you mean " + meant + "?");
  }

  @Test
  void c5KeyThatIsLikeNoneIsRefusedWithoutAGuess() {
    assertThat(refusal("colour", "red")).isEqualTo("unknown key colour");
  }

  @ParameterizedTest
  @ValueSource(strings = {"password", "keystorePassword", "readTimeuot", "db.secret", "portt"})
  void c6ValueOfAnUnknownKeyAppearsNowhere(String key) {
    String problems = refusal(key, "hunter2", "port", "x");
    assertThat(problems).contains(key).doesNotContain("hunter2");
    assertThatThrownBy(() -> read(key, new String[] {"hunter2"}))
        .message()
        .doesNotContain("hunter2");
  }

  @Test
  void optionsForHandlersAreKeptAsTextWithoutTheirPrefix() {
    var options =
        read(
                "option.greeting",
                "Hello",
                "option.most",
                3,
                "option.Names",
                new String[] {"a", "b"},
                "option.ports",
                new int[] {1, 2},
                "option.list",
                List.of("c", "d"),
                "option.a.b",
                "")
            .options();
    assertThat(options)
        .containsOnly(
            Map.entry("greeting", "Hello"),
            Map.entry("most", "3"),
            Map.entry("Names", "a,b"),
            Map.entry("ports", "1,2"),
            Map.entry("list", "c,d"),
            Map.entry("a.b", ""));
    assertThat(refusal("option.", "x")).isEqualTo("unknown key option.");
    assertThat(refusal("options", "x")).isEqualTo("unknown key options");
  }

  @Test
  void c6OptionsForHandlersAreNotShownWithTheSettings() {
    assertThat(read("option.password", "hunter2").toString()).doesNotContain("hunter2");
    assertThat(refusal("option.password", "hunter2", "port", "x")).doesNotContain("hunter2");
  }

  @Test
  void keysOfThePlatformAreNoTypos() {
    assertThat(
            read(
                "service.factoryPid", "io.thousandisland.server",
                "service.bundleLocation", "?",
                "service.ranking", 3,
                "component.id", 7L,
                "component.name", "x",
                "felix.fileinstall.filename", "file:/x.cfg",
                "org.apache.karaf.features.configKey", "io.thousandisland.server-x",
                ":configurator:feature", "x",
                ".private", "x",
                "osgi.ds.satisfying.condition.target", "(x=y)"))
        .isEqualTo(ServerSettings.defaults("test"));
  }

  @ParameterizedTest
  @CsvSource({
    "io.thousandisland.server~echo, echo",
    "io.thousandisland.server.1234-abcd, 1234-abcd",
    "plain, plain"
  })
  void nameIsWhatFollowsTheTilde(String pid, String name) {
    assertThat(SettingsReader.name(Map.of("service.pid", pid))).isEqualTo(name);
    assertThat(SettingsReader.name(Map.of("service.pid", pid, "name", " "))).isEqualTo(name);
    assertThat(SettingsReader.name(Map.of("service.pid", pid, "name", "given"))).isEqualTo("given");
  }

  @Test
  void socketOptionsComeAsArrayListOrText() {
    var expected = Map.of(StandardSocketOptions.SO_RCVBUF, 1, StandardSocketOptions.SO_SNDBUF, 2);
    Object[] spellings = {
      new String[] {"SO_RCVBUF=1", "SO_SNDBUF=2"},
      List.of("SO_RCVBUF=1", "SO_SNDBUF=2"),
      " SO_RCVBUF=1 , SO_SNDBUF=2 ,"
    };
    for (Object spelling : spellings) {
      assertThat(read("socketOptions", spelling).listen().options()).isEqualTo(expected);
    }
    assertThat(read("socketOptions", "").listen().options()).isEmpty();
  }
}
