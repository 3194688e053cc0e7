// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.transport.tls.hello.Greeting;
import io.thousandisland.transport.tls.hello.GreetingParser;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * The protocols, ciphers and groups that clients are offered. The names are those of the JDK, which
 * says what it has.
 *
 * <p>The default ciphers are the intermediate ones of Mozilla's guidelines for servers, version
 * 5.7, as far as the JDK has them: forward secrecy and authenticated encryption only. The
 * guidelines name no order of the server's; here the server chooses, and AES comes first, for which
 * most processors have instructions.
 */
final class Offer {

  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private Offer() {}

  /**
   * @param ciphers none for the default ones
   * @param groups none for those of the JDK
   * @param applicationProtocols for ALPN, best first
   * @throws IllegalArgumentException naming the key, the value and the allowed values
   */
  static SSLParameters of(
      List<String> protocols,
      List<String> ciphers,
      List<String> groups,
      List<String> applicationProtocols) {
    SSLEngine engine = engine();
    Set<String> supported = Set.of(engine.getSupportedCipherSuites());
    requireNames("protocols", protocols, Set.copyOf(PROTOCOLS));
    requireNames("ciphers", ciphers, supported);
    List<String> chosen =
        ciphers.isEmpty() ? CIPHERS.stream().filter(supported::contains).toList() : ciphers;
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols((protocols.isEmpty() ? PROTOCOLS : protocols).toArray(String[]::new));
    parameters.setCipherSuites(chosen.toArray(String[]::new));
    parameters.setUseCipherSuitesOrder(true);
    if (!groups.isEmpty()) {
      requireGroups(groups);
      parameters.setNamedGroups(groups.toArray(String[]::new));
    }
    for (String one : applicationProtocols) {
      if (one.length() > 255) {
        throw TlsSettings.invalid("alpn", one, "names of up to 255 characters");
      }
    }
    parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
    return parameters;
  }

  private static SSLEngine engine() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, null, null);
      return context.createSSLEngine();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void requireNames(String key, List<String> names, Set<String> allowed) {
    for (String name : names) {
      if (!allowed.contains(name)) {
        throw TlsSettings.invalid(key, name, String.join(", ", allowed.stream().sorted().toList()));
      }
    }
  }

  private static void requireGroups(List<String> groups) {
    for (String name : groups) {
      if (!isGroup(name)) {
        String[] defaults = engine().getSSLParameters().getNamedGroups();
        throw TlsSettings.invalid(
            "groups",
            name,
            "a group that this JDK has, such as "
                + (defaults == null ? "x25519, secp256r1" : String.join(", ", defaults)));
      }
    }
  }

  /**
   * Whether the JDK has a group of that name. It passes over names that it does not know, and lists
   * its groups nowhere. So a client is made that offers this one alone.
   */
  private static boolean isGroup(String name) {
    SSLEngine client = engine();
    client.setUseClientMode(true);
    try {
      SSLParameters alone = client.getSSLParameters();
      alone.setNamedGroups(new String[] {name});
      client.setSSLParameters(alone);
      ByteBuffer greeting = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
      SSLEngineResult unused = client.wrap(ByteBuffer.allocate(0), greeting);
      return GreetingParser.parse(greeting.flip()) instanceof Greeting.Hello hello
          && !hello.groups().isEmpty();
    } catch (IllegalArgumentException | SSLException refused) {
      return false;
    }
  }
}
