// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::",
        "::1",
        "1::",
        "1::8",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "0001:0002:0003:0004:0005:0006:0007:0008",
        "ABCD:ef::",
        "::1.2.3.4",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "64:ff9b::255.255.255.255"
      })
  void ipv6AddressIsTheOneOfTheJdk(String text) throws Exception {
    assertThat(Literals.mayBeginIpv6(text)).isTrue();
    assertThat(Literals.ipv6(text)).isEqualTo(InetAddress.getByName(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":::",
        "::::",
        "1",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:::2",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "1::2::3",
        "12345::",
        "::g",
        "::-1",
        "::+1",
        "::1%1",
        "[::1]",
        "::1/64",
        " ::1",
        "1.2.3.4",
        "::1.2.3",
        "::1.2.3.4.5",
        "::1.2.3.04",
        "::1.2.3.256",
        "::1.2.3.4:5",
        "1.2.3.4::",
        "::\u0661",
        "1:2:3:4:5:6:7:1.2.3.4"
      })
  void otherTextIsNoIpv6Address(String text) {
    assertThat(Literals.ipv6(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "255.255.255.255", "1.20.100.9"})
  void ipv4AddressIsTheOneOfTheJdk(String text) throws Exception {
    assertThat(Literals.ipv4(text)).isEqualTo(InetAddress.getByName(text));
    for (int end = 0; end <= text.length(); end++) {
      assertThat(Literals.beginsIpv4(text.substring(0, end))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2",
        "1.2.3",
        "1.2.3.",
        "1.2.3.4.",
        ".1.2.3",
        "1..2.3",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.00",
        "0x1.2.3.4",
        "1.2.3.-4",
        "+1.2.3.4",
        "1.2.3.4 ",
        "16909060",
        "localhost",
        "::1",
        "1.2.3.\u0664"
      })
  void otherTextIsNoIpv4Address(String text) {
    assertThat(Literals.ipv4(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-1", "+1", "00", "01", "65536", "99999", "100000", "1 ", "0x1", "\u0661"})
  void otherTextIsNoPort(String text) {
    assertThat(Literals.port(text)).isNegative();
  }

  @Test
  void everyPortIsOne() {
    for (int port = 0; port <= 65_535; port++) {
      assertThat(Literals.port(String.valueOf(port))).isEqualTo(port);
    }
  }

  /** The JDK takes more, but of the same text it never makes another address. */
  @Test
  void textOfAnyCharactersThatIsAnAddressIsTheSameForTheJdk() throws Exception {
    long seed = Long.getLong("proxy.seed", System.nanoTime());
    var random = new Random(seed);
    int addresses = 0;
    for (int i = 0; i < 50_000; i++) {
      var text = new StringBuilder();
      for (int parts = random.nextInt(1, 14); parts > 0; parts--) {
        text.append(
            switch (random.nextInt(4)) {
              case 0 -> Integer.toHexString(random.nextInt(0x11000));
              case 1 -> random.nextInt(8) == 0 ? "1.2.3.4" : "0";
              default -> ":";
            });
      }
      InetAddress address = Literals.ipv6(text.toString());
      if (address != null) {
        addresses++;
        assertThat(address)
            .as("%s, -Dproxy.seed=%d", text, seed)
            .isEqualTo(InetAddress.getByName(text.toString()));
      }
    }
    assertThat(addresses).as("-Dproxy.seed=%d", seed).isGreaterThan(250);
  }
}
