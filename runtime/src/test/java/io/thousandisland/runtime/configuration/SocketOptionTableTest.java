// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import static java.net.StandardSocketOptions.IP_TOS;
import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.runtime.settings.InvalidSetting;
import java.net.SocketOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row C4: socket options by name; the options that the design depends on cannot be set. */
class SocketOptionTableTest {

  private static Map<SocketOption<?>, Object> parse(String... entries) {
    return SocketOptionTable.parse("socketOptions", List.of(entries));
  }

  @Test
  void c4EveryOptionIsReadWithItsType() {
    assertThat(
            parse(
                "SO_KEEPALIVE=true",
                "SO_RCVBUF=65536",
                "SO_REUSEADDR=false",
                " SO_SNDBUF = 1024 ",
                "TCP_NODELAY=false",
                "IP_TOS=16"))
        .isEqualTo(
            Map.of(
                SO_KEEPALIVE,
                true,
                SO_RCVBUF,
                65_536,
                SO_REUSEADDR,
                false,
                SO_SNDBUF,
                1_024,
                TCP_NODELAY,
                false,
                IP_TOS,
                16));
    assertThat(parse()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SO_REUSEPORT=true",
        "SO_INCOMING_NAPI_ID=1",
        "so_rcvbuf=1",
        "SO_RCVBUF",
        "=1",
        "",
        "x=y"
      })
  void c4OtherNamesAreRefusedWithThoseThatAreAllowed(String entry) {
    assertThatThrownBy(() -> parse(entry))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageStartingWith("socketOptions is " + entry + "; allowed: NAME=VALUE")
        .message()
        .contains("IP_TOS, SO_KEEPALIVE, SO_LINGER, ", "SO_RCVBUF, SO_REUSEADDR, SO_SNDBUF")
        .contains("TCP_NODELAY")
        .contains("SO_REUSEPORT follows from listenSockets");
  }

  @Test
  void c4NameThatIsNearlyRightIsAnsweredWithTheOneThatWasMeant() {
    assertThatThrownBy(() -> parse("SO_KEEPALIV=true"))
        .hasMessageEndingWith("; did you mean SO_KEEPALIVE?");
    assertThatThrownBy(() -> parse("tcp_nodelay=true"))
        .hasMessageEndingWith("; did you mean TCP_NODELAY?");
    assertThatThrownBy(() -> parse("SO_WARP=9"))
        .hasMessageEndingWith("(SO_REUSEPORT follows from listenSockets)");
    assertThatThrownBy(() -> parse("TCP_NODELAY"))
        .hasMessageEndingWith("(SO_REUSEPORT follows from listenSockets)");
  }

  /** As far as this system has them. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void c4ExtendedOptionsAreTypedAndLimitedToo() {
    var options =
        parse(
            "TCP_KEEPIDLE=30",
            "TCP_KEEPINTERVAL=5",
            "TCP_KEEPCOUNT=3",
            "TCP_QUICKACK=true",
            "SO_LINGER=0");
    assertThat(options.keySet())
        .extracting(SocketOption::name)
        .containsExactlyInAnyOrder(
            "TCP_KEEPIDLE", "TCP_KEEPINTERVAL", "TCP_KEEPCOUNT", "TCP_QUICKACK", "SO_LINGER");
    assertThat(options.values()).containsExactlyInAnyOrder(30, 5, 3, true, 0);
    for (String wrong :
        List.of("TCP_KEEPIDLE=0", "TCP_KEEPCOUNT=128", "TCP_QUICKACK=1", "TCP_KEEPINTERVAL=1s")) {
      assertThatThrownBy(() -> parse(wrong)).hasMessageStartingWith("socketOptions is " + wrong);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TCP_NODELAY=yes", "TCP_NODELAY=", "TCP_NODELAY=True", "SO_KEEPALIVE=1"})
  void c4SwitchesAreTrueOrFalse(String entry) {
    String name = entry.substring(0, entry.indexOf('='));
    assertThatThrownBy(() -> parse(entry))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage(
            "socketOptions is " + entry + "; allowed: " + name + "=true or " + name + "=false");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SO_RCVBUF=much", "SO_RCVBUF=", "SO_RCVBUF=64k", "IP_TOS=99999999999"})
  void c4NumbersAreWholeNumbers(String entry) {
    assertThatThrownBy(() -> parse(entry))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("socketOptions is " + entry)
        .hasMessageContaining("= and a whole number");
  }

  /**
   * A size that the kernel never has is refused here by name, not at the listener as a failed bind.
   */
  @ParameterizedTest
  @ValueSource(strings = {"SO_RCVBUF=-1", "SO_SNDBUF=0", "IP_TOS=256", "IP_TOS=-1", "SO_LINGER=1"})
  void c4NumbersOutOfRangeAreRefused(String entry) {
    assertThatThrownBy(() -> parse(entry))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("socketOptions is " + entry);
  }
}
