// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A client's side of TLS that trusts everybody, and counts the certificates that it was shown: a
 * resumed session shows none.
 *
 * <p>Thread: any.
 */
final class Trusting implements X509TrustManager {

  private final LongAdder shown = new LongAdder();
  private final SSLContext context;

  Trusting() {
    try {
      context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {this}, null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  SSLContext context() {
    return context;
  }

  /** A connection that has shaken hands. */
  SSLSocket connect(int port) throws IOException {
    var socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
    socket.setTcpNoDelay(true);
    socket.setEnabledProtocols(new String[] {"TLSv1.3"});
    socket.startHandshake();
    return socket;
  }

  long shown() {
    return shown.sum();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {
    shown.increment();
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
