// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.tls.HelloInspector;
import io.thousandisland.transport.tls.handshake.Terms;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Terms with a certificate of localhost that signs itself, and the context of clients that trust
 * it.
 */
public final class TestTerms {

  public static final TestTerms EC = new TestTerms("EC", 256, "SHA256withECDSA");

  public final SSLContext server;
  public final SSLContext client;

  private TestTerms(String algorithm, int size, String signature) {
    try {
      var generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(size);
      KeyPair pair = generator.generateKeyPair();
      var name = new X500Principal("CN=localhost");
      Instant now = Instant.now();
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          name,
                          BigInteger.ONE,
                          Date.from(now.minus(Duration.ofDays(1))),
                          Date.from(now.plus(Duration.ofDays(9))),
                          name,
                          pair.getPublic())
                      .addExtension(
                          Extension.subjectAlternativeName,
                          false,
                          new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")))
                      .build(new JcaContentSignerBuilder(signature).build(pair.getPrivate())));
      var keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry("k", pair.getPrivate(), new char[0], new X509Certificate[] {certificate});
      var keyManagers = KeyManagerFactory.getInstance("SunX509"); // decrypts the key once
      keyManagers.init(keys, new char[0]);
      server = SSLContext.getInstance("TLS");
      server.init(keyManagers.getKeyManagers(), null, null);
      var trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("k", certificate);
      var trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      client = SSLContext.getInstance("TLS");
      client.init(null, trust.getTrustManagers(), null);
    } catch (GeneralSecurityException
        | java.io.IOException
        | org.bouncycastle.operator.OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  SSLParameters parameters() {
    var parameters = server.getDefaultSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    return parameters;
  }

  Terms terms() {
    return terms(name -> true, null);
  }

  Terms terms(Predicate<String> admits, @Nullable HelloInspector inspector) {
    return new Terms(server, parameters(), admits, inspector);
  }
}
