// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.bundles;

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.ProxyTls;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.TlsSession;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * A handler that answers each line with its version, the facts that its proxy tells, and its own
 * TLS.
 */
public final class ProxiedHandler implements Handler<Void> {

  private static final int LONGEST = 1000;

  private String version = "";

  /** Called by Declarative Services. */
  public void activate(Map<String, Object> properties) {
    version = String.valueOf(properties.get("version"));
  }

  /** Called by Declarative Services. */
  public void deactivate() {}

  @Override
  public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
    for (String line = Framing.line(data, LONGEST);
        line != null;
        line = Framing.line(data, LONGEST)) {
      socket.send(version + " " + line + " " + facts(socket) + "\n");
    }
    return Next.proceed(state);
  }

  private static String facts(Socket socket) {
    var facts = new TreeMap<String, Object>();
    facts.put("client", socket.remoteAddress());
    facts.put("front", socket.localAddress());
    facts.put("peer", socket.peerAddress());
    if (socket.proxyHeader().isPresent()) {
      ProxyHeader header = socket.proxyHeader().get();
      facts.put("version", header.version());
      facts.put("local", header.isLocal());
      facts.put("tlvs", header.tlvs().stream().map(tlv -> tlv.type()).sorted().toList());
      header.applicationProtocol().ifPresent(alpn -> facts.put("alpn", alpn));
      header.authority().ifPresent(authority -> facts.put("authority", authority));
      header.tls().filter(ProxyTls::overTls).ifPresent(tls -> facts.put("tls", tls(tls)));
    }
    socket.tls().ifPresent(tls -> facts.put("session", session(socket, tls)));
    return facts.toString();
  }

  private static String session(Socket socket, TlsSession tls) {
    return "%s %s %s %s"
        .formatted(
            tls.protocol(),
            tls.cipherSuite(),
            socket.serverName().orElse(""),
            socket.applicationProtocol().orElse(""));
  }

  private static String tls(ProxyTls tls) {
    return "%s %s %s %s"
        .formatted(
            tls.version().orElse(""),
            tls.verified() ? "verified" : "unverified",
            tls.commonName().orElse(""),
            tls.keyAlgorithm().orElse(""));
  }
}
