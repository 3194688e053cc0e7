// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1:7",
    "0.0.0.0, 0.0.0.0:7",
    "::1, [::1]:7",
    "::, [::]:7",
    "2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:7",
    "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:7",
    "fe80:0:0:0:0:0:0:a%3, [fe80::a%3]:7",
    "1:0:0:2:0:0:0:3, [1:0:0:2::3]:7"
  })
  void addressIsAsPeopleWriteIt(String host, String text) throws Exception {
    var address = new InetSocketAddress(InetAddress.getByName(host), 7);
    assertThat(Addresses.text(address)).isEqualTo(text);
  }

  @Test
  void addressWithAHostNameHasNoSlash() throws Exception {
    byte[] loopback = {127, 0, 0, 1};
    var named = new InetSocketAddress(InetAddress.getByAddress("localhost", loopback), 7);
    assertThat(Addresses.text(named)).isEqualTo("127.0.0.1:7");
    assertThat(Addresses.text(InetSocketAddress.createUnresolved("far", 7))).isEqualTo("far:7");
  }

  @Test
  void unixSocketIsNamedByItsPath() {
    assertThat(Addresses.text(UnixDomainSocketAddress.of("/run/echo.sock")))
        .isEqualTo("unix:/run/echo.sock");
  }
}
