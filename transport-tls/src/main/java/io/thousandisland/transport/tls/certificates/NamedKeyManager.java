// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.IntStream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The choice of the certificate that a client is shown: one for the name that it asks for, of a
 * kind that it understands. The JDK asks for one kind of key after the other, the client's best
 * first. So certificates of several kinds for one name stand side by side. A client that
 * understands no kind for its name is shown none: that of another name would not help it.
 *
 * <p>Thread: any.
 */
final class NamedKeyManager extends X509ExtendedKeyManager {

  private final List<Identity> identities;
  private final ServerNames names;

  NamedKeyManager(List<Identity> identities, ServerNames names) {
    this.identities = identities;
    this.names = names;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return names.orDefault(name(engine)).stream()
        .filter(one -> one.isOfKind(keyType))
        .findFirst()
        .map(identities::indexOf)
        .map(String::valueOf)
        .orElse(null);
  }

  /**
   * The name that was chosen for this engine when it was made (its peer host), else the name that
   * the client asks for; null when there is neither.
   */
  private static @Nullable String name(SSLEngine engine) {
    String chosen = engine.getPeerHost();
    if (chosen != null) {
      return ServerNames.plain(chosen);
    }
    SSLSession session = engine.getHandshakeSession();
    if (session instanceof ExtendedSSLSession extended) {
      for (SNIServerName name : extended.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return ServerNames.plain(host.getAsciiName());
        }
      }
    }
    return null;
  }

  private Identity identity(String alias) {
    return identities.get(Integer.parseInt(alias));
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identity(alias).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identity(alias).key();
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return IntStream.range(0, identities.size())
        .filter(i -> identities.get(i).isOfKind(keyType))
        .mapToObj(String::valueOf)
        .toArray(String[]::new);
  }

  // ---- blocking sockets and clients, which nobody makes here

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
