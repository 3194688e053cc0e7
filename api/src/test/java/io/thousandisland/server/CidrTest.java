// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  private static boolean contains(String block, String address) throws Exception {
    return Cidr.parse(block).orElseThrow().contains(InetAddress.getByName(address));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.1.2.3/8, 10.0.0.1, true",
    "192.168.1.1, 192.168.1.1, true",
    "192.168.1.1, 192.168.1.2, false",
    "192.168.1.0/31, 192.168.1.1, true",
    "192.168.1.0/31, 192.168.1.2, false",
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, ::1, false",
    "::/0, ::1, true",
    "::/0, 127.0.0.1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "2001:db8::1, 2001:db8::1, true",
    "2001:db8::1, 2001:db8::2, false",
    "2001:db8::/65, 2001:db8::7fff:ffff:ffff:ffff, true",
    "2001:db8::/65, 2001:db8::8000:0:0:0, false",
    "::ffff:10.0.0.0/104, 10.1.1.1, true",
    "::ffff:10.0.0.0/104, 11.1.1.1, false",
  })
  void blockContainsTheAddressesWithItsPrefix(String block, String address, boolean contained)
      throws Exception {
    assertThat(contains(block, address)).isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "10", "10.1", "10.0.0.256", "10.0.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",
        "::/129", ":::", "1:2:3", "12345::", "localhost", "fe80::1%eth0", "cafe", "10.0.0.0/8/8",
        "0x7f.0.0.1", "1.2.3.4:80"
      })
  void otherTextIsNoBlock(String text) {
    assertThat(Cidr.parse(text)).isEmpty();
  }

  @Test
  void blockIsWrittenAsPeopleWriteIt() {
    assertThat(Cidr.parse(" 10.1.2.3/8 ").orElseThrow()).hasToString("10.0.0.0/8");
    assertThat(Cidr.parse("10.1.2.3").orElseThrow()).hasToString("10.1.2.3/32");
    assertThat(Cidr.parse("2001:db8::1/32").orElseThrow()).hasToString("2001:db8:0:0:0:0:0:0/32");
  }
}
