// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Pairs of engines in memory: a client of the JDK, and a server with credentials. */
final class Engines {

  /** Far more than a handshake needs. */
  private static final int MOST_STEPS = 100;

  private Engines() {}

  static SSLEngine server(Credentials credentials) throws GeneralSecurityException {
    return server(context(credentials).createSSLEngine());
  }

  /**
   * @param chosen the name whose certificate is shown, whatever the client asks for
   */
  static SSLEngine server(Credentials credentials, String chosen) throws GeneralSecurityException {
    return server(context(credentials).createSSLEngine(chosen, -1));
  }

  private static SSLEngine server(SSLEngine engine) {
    engine.setUseClientMode(false);
    return engine;
  }

  private static SSLContext context(Credentials credentials) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    var trust = credentials.trustManager();
    context.init(
        new KeyManager[] {credentials.keyManager()},
        trust == null ? new TrustManager[0] : new TrustManager[] {trust},
        null);
    return context;
  }

  static SSLEngine client(X509Certificate trusted, @Nullable String name, String protocol)
      throws Exception {
    return client(trusted, name, protocol, null);
  }

  /**
   * @param own the client's own certificate; null when it has none
   */
  static SSLEngine client(
      X509Certificate trusted, @Nullable String name, String protocol, Pki.@Nullable Issued own)
      throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("root", trusted);
    var trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    KeyStore mine = KeyStore.getInstance("PKCS12");
    mine.load(null, null);
    if (own != null) {
      mine.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
    }
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(mine, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {protocol});
    if (name != null) {
      var parameters = engine.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      engine.setSSLParameters(parameters);
    }
    return engine;
  }

  /** Carries bytes between the two until both have done their handshake. */
  static void shake(SSLEngine client, SSLEngine server) throws SSLException {
    var toServer = ByteBuffer.allocate(1 << 17);
    var toClient = ByteBuffer.allocate(1 << 17);
    client.beginHandshake();
    server.beginHandshake();
    for (int i = 0; i < MOST_STEPS; i++) {
      boolean open = step(client, toClient, toServer);
      open |= step(server, toServer, toClient);
      if (!open && toClient.position() == 0 && toServer.position() == 0) {
        return;
      }
    }
    throw new SSLException("no end of the handshake");
  }

  /** One step of one engine; whether it has more to do in its handshake. */
  private static boolean step(SSLEngine engine, ByteBuffer from, ByteBuffer to)
      throws SSLException {
    var nothing = ByteBuffer.allocate(1 << 15);
    for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
      task.run();
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      var unused = engine.wrap(ByteBuffer.allocate(0), to);
    } else if (from.position() > 0) {
      from.flip();
      try {
        var unused = engine.unwrap(from, nothing);
      } finally {
        from.compact();
      }
    }
    return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
  }
}
