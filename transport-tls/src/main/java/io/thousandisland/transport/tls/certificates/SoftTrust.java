// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.net.Socket;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;

/**
 * Trust in clients whose authorities do not answer: a certificate is refused when a list or its
 * authority's responder (OCSP) says that it was revoked.
 *
 * <p>The JDK's own soft kind refuses certificates that name no responder, as most private
 * authorities make them. So the lists come first, and then the responder of the client's own
 * certificate is asked, if it names one.
 *
 * <p>Thread: any.
 */
final class SoftTrust extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager lists;
  private final X509ExtendedTrustManager responders;

  /**
   * @param lists judges by lists, and lets certificates pass without one
   * @param responders judges the client's own certificate by its responder
   */
  SoftTrust(X509ExtendedTrustManager lists, X509ExtendedTrustManager responders) {
    this.lists = lists;
    this.responders = responders;
  }

  private static boolean namesAResponder(X509Certificate own) throws CertificateException {
    try {
      var access =
          AuthorityInformationAccess.fromExtensions(
              new JcaX509CertificateHolder(own).getExtensions());
      return access != null
          && Arrays.stream(access.getAccessDescriptions())
              .anyMatch(
                  one -> one.getAccessMethod().equals(X509ObjectIdentifiers.ocspAccessMethod));
    } catch (CertificateEncodingException | RuntimeException e) {
      throw new CertificateException("cannot find the responder of a certificate", e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    lists.checkClientTrusted(chain, authType, engine);
    if (namesAResponder(chain[0])) {
      responders.checkClientTrusted(chain, authType, engine);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return lists.getAcceptedIssuers();
  }

  // ---- blocking sockets and servers, which nobody judges here

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("only clients of engines are judged");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("only clients of engines are judged");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("servers are not judged");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("servers are not judged");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("servers are not judged");
  }
}
