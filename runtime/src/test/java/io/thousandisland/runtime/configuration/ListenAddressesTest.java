// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.runtime.settings.ListenSettings;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule S12 and row L5: the addresses that a configuration writes. */
class ListenAddressesTest {

  private static Map<String, Object> properties(Object... keysAndValues) {
    var properties = new HashMap<String, Object>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      properties.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return properties;
  }

  private static ListenSettings read(Object... keysAndValues) {
    return SettingsReader.read(properties(keysAndValues)).listen();
  }

  private static String refusal(Object... keysAndValues) {
    var refused =
        catchThrowableOfType(
            RefusedConfiguration.class, () -> SettingsReader.read(properties(keysAndValues)));
    assertThat(refused).as("refused").isNotNull();
    return refused.problems();
  }

  @Test
  void s12EveryFormIsReadFromTextAndFromAnArray() {
    var all =
        List.of(
            new ListenAddress.Inet("127.0.0.1", 7777),
            new ListenAddress.Inet("::1", 7778),
            new ListenAddress.Inet("fe80::1%eth0", 0),
            new ListenAddress.Inet("0.0.0.0", 80),
            new ListenAddress.Inet("::", 65_535),
            new ListenAddress.Inet("eth0", 7777),
            new ListenAddress.Inet("mail.example.org", 25),
            new ListenAddress.Unix("/run/echo.sock"),
            new ListenAddress.Inherited());
    String text =
        "127.0.0.1:7777, [::1]:7778, [fe80::1%eth0]:0, *:80, [::]:65535, eth0:7777,"
            + "mail.example.org:25, unix:/run/echo.sock, inherited";
    assertThat(read("listen", text).addresses()).isEqualTo(all);
    assertThat(read("listen", text.split(", ?")).addresses()).isEqualTo(all);
    assertThat(read("listen", List.of(text.split(", ?"))).addresses()).isEqualTo(all);
    assertThat(all.stream().map(each -> ListenAddress.parse(each.toString()))).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo",
        "7777",
        ":7777",
        "localhost:",
        "localhost:http",
        "localhost:-1",
        "::1:7777",
        "[]:1",
        "[localhost]:7777",
        "[::1]",
        "[::1:7777",
        "unix",
        "INHERITED",
        "a:b:1",
        "host :x"
      })
  void s12AddressThatIsNoneIsRefusedWithTheFormsThatThereAre(String wrong) {
    assertThat(refusal("listen", "127.0.0.1:1, " + wrong))
        .isEqualTo(
            "listen is "
                + wrong
                + "; allowed: HOST:PORT, [IPv6 ADDRESS]:PORT, INTERFACE:PORT, unix:/PATH or"
                + " inherited");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost:65536|a port from 0 to 65535",
        "localhost:99999999999|a port from 0 to 65535",
        "unix:|unix: and an absolute path",
        "unix:/|unix: and an absolute path",
        "unix:run/echo.sock|unix: and an absolute path",
        "unix:@abstract|unix: and an absolute path",
      })
  void s12AddressWithAWrongPartIsRefusedByName(String wrong, String allowed) {
    assertThat(refusal("listen", wrong)).isEqualTo("listen is " + wrong + "; allowed: " + allowed);
  }

  @Test
  void l5PathThatIsTooLongForASocketIsRefusedByNameInBytesNotInCharacters() {
    String longest = "/" + "é".repeat(52) + "x";
    assertThat(read("listen", "unix:" + longest).addresses())
        .containsExactly(new ListenAddress.Unix(longest));
    assertThat(refusal("listen", "unix:" + longest + "x"))
        .isEqualTo(
            "listen is unix:%sx; allowed: a path of at most 106 bytes; this one has 107"
                .formatted(longest));
  }

  @Test
  void l5PathWithAZeroByteIsRefusedAndNotWrittenIntoALog() {
    assertThat(refusal("listen", new String[] {"unix:/run/\0x"}))
        .isEqualTo("listen is unix:/run/\\0x; allowed: unix: and an absolute path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:1, 127.0.0.1:1",
        "*:1, 0.0.0.0:1",
        "[0:0:0:0:0:0:0:1]:1, [::1]:1",
        "Localhost:1, localhost:1",
        "unix:/run//a, unix:/run/a",
        "inherited, inherited"
      })
  void s12SameAddressTwiceIsRefused(String twice) {
    assertThat(refusal("listen", twice)).endsWith("; allowed: each address once");
    assertThat(read("listen", "localhost:1, localhost:2, [::1]:1, [fe80::1%a]:1, [fe80::1%b]:1"))
        .extracting(ListenSettings::addresses)
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .hasSize(5);
  }

  @Test
  void s12SixteenAddressesAreTheMost() {
    var many = IntStream.range(1, 18).mapToObj(i -> "127.0.0.1:" + i).toArray(String[]::new);
    assertThat(refusal("listen", many))
        .isEqualTo("listen is 17 addresses; allowed: 1 to 16 addresses");
  }

  @Test
  void s12ShortFormBesideTheLongOneIsRefusedByName() {
    assertThat(refusal("listen", "127.0.0.1:1", "port", 7, "host", "localhost"))
        .isEqualTo(
            "listen and host are both set; allowed: listen, or host and port; "
                + "listen and port are both set; allowed: listen, or host and port");
    assertThat(read("port", 7, "host", "::1"))
        .isEqualTo(new ListenSettings("[::1]", 7, 1024, 1, Map.of()));
    assertThat(read("port", 7, "listen", new String[0]).addresses()).hasToString("[127.0.0.1:7]");
  }

  @Test
  void l5SocketThatIsNoPortTakesOneListeningSocket() {
    assertThat(refusal("listen", "127.0.0.1:1, unix:/run/a", "listenSockets", 2))
        .isEqualTo("listenSockets is 2; allowed: 1, because of unix:/run/a");
    assertThat(refusal("listen", "inherited", "listenSockets", 2))
        .isEqualTo("listenSockets is 2; allowed: 1, because of inherited");
    assertThat(read("listen", "127.0.0.1:1, [::1]:1", "listenSockets", 2).sockets()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"rw-rw----, rw-rw----", "660, rw-rw----", "0600, rw-------", "---------, ---------"})
  void s12PermissionsAreReadAsLettersAndAsDigits(String written, String meant) {
    var access =
        read("listen", "unix:/a", "unixPermissions", written, "unixOwner", " www ", "unixGroup", "")
            .access();
    assertThat(access.permissions()).hasValue(PosixFilePermissions.fromString(meant));
    assertThat(access.owner()).hasValue("www");
    assertThat(access.group()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw", "999", "u=rw", "1777", "rwsr-xr-x", "66", "o660"})
  void s12OtherPermissionsAreRefused(String wrong) {
    assertThat(refusal("listen", "unix:/a", "unixPermissions", wrong))
        .isEqualTo("unixPermissions is " + wrong + "; allowed: permissions as in rw-rw---- or 660");
  }

  @ParameterizedTest
  @CsvSource({"unixPermissions, 660", "unixOwner, root", "unixGroup, mail"})
  void s12RightsAtAPathWithoutAPathAreRefusedByName(String key, String value) {
    assertThat(refusal("port", 7, key, value))
        .isEqualTo(key + " is " + value + "; allowed: nothing, unless listen has a unix:/PATH");
  }
}
