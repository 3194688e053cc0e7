// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.testing.TestServer;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * First flights of real clients, each of which is one record with a ClientHello. Some are made by
 * the JDK's client in each run; the others were recorded from openssl 3.0.
 */
final class FirstFlights {

  /** {@code openssl s_client -tls1_2 -noservername}. */
  private static final String OPENSSL_TLS12 =
      """
      FgMBALcBAACzAwNwkw7Ps8dC0CukeGmf81Va7JDdI7T8S/VQh45ZNyuqcwAAOMAswDAAn8ypzKjMqsArwC8AnsAkwC
      gAa8AjwCcAZ8AKwBQAOcAJwBMAMwCdAJwAPQA8ADUALwD/AQAAUgALAAQDAAECAAoADAAKAB0AFwAeABkAGAAjAAAA
      FgAAABcAAAANACoAKAQDBQMGAwgHCAgICQgKCAsIBAgFCAYEAQUBBgEDAwMBAwIEAgUCBgI=
      """;

  /** {@code openssl s_client -servername localhost -alpn h2,http/1.1}. */
  private static final String OPENSSL =
      """
      FgMBAUgBAAFEAwPfZgxjdouZnqV+Ijr3ZJ8CI4pWVfTjP50yf+S3p0N9qiAtfZ8WV6Xsf/Nv4/6xsEECI+8n+ZmeY8
      fcC7IBbsHqzQA+EwITAxMBwCzAMACfzKnMqMyqwCvALwCewCTAKABrwCPAJwBnwArAFAA5wAnAEwAzAJ0AnAA9ADwA
      NQAvAP8BAAC9AAAADgAMAAAJbG9jYWxob3N0AAsABAMAAQIACgAWABQAHQAXAB4AGQAYAQABAQECAQMBBAAjAAAAEA
      AOAAwCaDIIaHR0cC8xLjEAFgAAABcAAAANACoAKAQDBQMGAwgHCAgICQgKCAsIBAgFCAYEAQUBBgEDAwMBAwIEAgUC
      BgIAKwAJCAMEAwMDAgMBAC0AAgEBADMAJgAkAB0AINEszK0F/5MkX5IB23VG1Z+KCeoIlOTV/LWXzlui3EU7
      """;

  /** {@code openssl s_client -tls1_3 -servername localhost -groups P-521:P-384:X25519}. */
  private static final String OPENSSL_P521 =
      """
      FgMBAUUBAAFBAwM/u4AFSR/uAA910GKKQncXqy42qM+I0SG2UJACYl6zESC/Ij4s5s1adgo/5q3rJt4W/kmgAy2smQ
      6Xk1wUOISXSAAIEwITAxMBAP8BAADwAAAADgAMAAAJbG9jYWxob3N0AAsABAMAAQIACgAIAAYAGQAYAB0AIwAAABYA
      AAAXAAAADQAeABwEAwUDBgMIBwgICAkICggLCAQIBQgGBAEFAQYBACsAAwIDBAAtAAIBAQAzAIsAiQAZAIUEAMa00o
      +esr+vr4ZW6foSv2nGvNjZuebP9wClbh3/B852Pwh6HJtiZ8myBg8BcbkRmINztjMgAisola3U9RO4UMBpAUKjsadB
      owG2WK1lFoqT0TTazhb9ElR4Ql3vw5KGJRhlUaNrbSCecTUBNkyKY8mb0xsAan1+5nlNpyi0sYajUWP2
      """;

  private FirstFlights() {}

  /**
   * One of each kind.
   *
   * @param seed of all that is random in those of the JDK, except tickets
   */
  static List<byte[]> all(long seed) throws Exception {
    var flights = new ArrayList<byte[]>();
    for (String recorded : List.of(OPENSSL_TLS12, OPENSSL, OPENSSL_P521)) {
      flights.add(Base64.getMimeDecoder().decode(recorded));
    }
    SSLContext fresh = SSLContext.getInstance("TLS");
    fresh.init(null, null, new Seeded(seed));
    for (String[] protocols : new String[][] {{"TLSv1.3", "TLSv1.2"}, {"TLSv1.3"}, {"TLSv1.2"}}) {
      flights.add(first(client(fresh, protocols, true, new String[] {"h2", "http/1.1"})));
      flights.add(first(client(fresh, protocols, false, new String[0])));
    }
    flights.add(first(retried(client(fresh, new String[] {"TLSv1.3"}, true, new String[0]))));
    String[] many =
        IntStream.range(0, 60).mapToObj("protocol-%d"::formatted).toArray(String[]::new);
    flights.add(first(client(fresh, new String[] {"TLSv1.3", "TLSv1.2"}, true, many)));
    for (String protocol : new String[] {"TLSv1.3", "TLSv1.2"}) {
      flights.add(returning(protocol));
    }
    return flights;
  }

  /** A client that has not begun. */
  static SSLEngine client(SSLContext context, String[] protocols, boolean named, String[] alpn) {
    SSLEngine client = context.createSSLEngine("localhost", 1);
    client.setUseClientMode(true);
    var parameters = client.getSSLParameters();
    parameters.setProtocols(protocols);
    parameters.setServerNames(named ? List.of(new SNIHostName("localhost")) : List.of());
    parameters.setApplicationProtocols(alpn);
    client.setSSLParameters(parameters);
    return client;
  }

  /** The same client, whose first guess of a group is wrong where only secp384r1 is spoken. */
  static SSLEngine retried(SSLEngine client) {
    var parameters = client.getSSLParameters();
    parameters.setNamedGroups(new String[] {"secp256r1", "secp384r1"});
    client.setSSLParameters(parameters);
    return client;
  }

  private static byte[] first(SSLEngine client) throws SSLException {
    ByteBuffer out = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
    client.wrap(ByteBuffer.allocate(0), out);
    return Arrays.copyOf(out.array(), out.position());
  }

  /** The flight of a client that was there before, and has a ticket. */
  private static byte[] returning(String protocol) throws Exception {
    try (var tls = new TlsFixture(false);
        TestServer server = tls.server(new TlsFixture.Echo());
        var before = TlsFixture.connect(server, protocol)) {
      String unused = TlsFixture.echo(before, "hello");
    }
    return first(client(TestTerms.EC.client, new String[] {protocol}, true, new String[0]));
  }

  /** Random numbers that are the same for the same seed. */
  private static final class Seeded extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final Random random;

    Seeded(long seed) throws GeneralSecurityException {
      super(null, null);
      random = new Random(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
      random.nextBytes(bytes);
    }
  }
}
