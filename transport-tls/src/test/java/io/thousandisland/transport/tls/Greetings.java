// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Greetings of clients, as bytes. */
public final class Greetings {

  private Greetings() {}

  /** The JDK's, for Example.COM, with two protocols by ALPN, in one record. */
  public static byte[] ofTheJdk() {
    try {
      SSLEngine client = SSLContext.getDefault().createSSLEngine("example.com", 443);
      client.setUseClientMode(true);
      var parameters = client.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName("Example.COM")));
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
      client.setSSLParameters(parameters);
      ByteBuffer out = ByteBuffer.allocate(20_000);
      client.wrap(ByteBuffer.allocate(0), out);
      return Arrays.copyOf(out.array(), out.position());
    } catch (GeneralSecurityException | SSLException e) {
      throw new IllegalStateException(e);
    }
  }
}
