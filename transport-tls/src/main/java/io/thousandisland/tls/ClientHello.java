// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.tls;

import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The greeting of a TLS client, before anything is answered (RFC 8446, section 4.1.2). All of it is
 * the client's claim.
 *
 * @param remote the client's address, behind the header of a proxy
 * @param serverName the name that the client asks for (SNI), in lower case and without a dot at its
 *     end; a DNS name
 * @param applicationProtocols the protocols that it offers by ALPN, best first
 * @param versions the numbers of the protocol versions that it offers: 0x0303 for TLS 1.2, 0x0304
 *     for TLS 1.3
 * @param cipherSuites the numbers of its cipher suites in the IANA registry, best first
 * @param groups the numbers of its groups for the key exchange in the IANA registry, best first
 */
public record ClientHello(
    SocketAddress remote,
    Optional<String> serverName,
    List<String> applicationProtocols,
    List<Integer> versions,
    List<Integer> cipherSuites,
    List<Integer> groups) {

  public ClientHello {
    applicationProtocols = List.copyOf(applicationProtocols);
    versions = List.copyOf(versions);
    cipherSuites = List.copyOf(cipherSuites);
    groups = List.copyOf(groups);
  }
}
