package io.thousandisland.transport.tls.certificates;

import io.thousandisland.transport.tls.certificates.CredentialFiles.Revocation;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The reader of the authorities that clients' certificates come from, and of what they revoked. */
final class TrustReader {

  private static final String TRUST = "trust";
  private static final String CRL = "crl";

  private final Passwords passwords;

  TrustReader(Passwords passwords) {
    this.passwords = passwords;
  }

  X509ExtendedTrustManager read(CredentialFiles files) throws UnusableException {
    var anchors = new HashSet<TrustAnchor>();
    for (Path file : files.trusted()) {
      for (X509Certificate one : authorities(file)) {
        anchors.add(new TrustAnchor(one, null));
      }
    }
    var revoked = new ArrayList<X509CRL>();
    for (Path file : files.revoked()) {
      revoked.addAll(lists(file));
    }
    try {
      return manager(anchors, revoked, files.revocation());
    } catch (GeneralSecurityException e) {
      throw new UnusableException(TRUST, files.trusted(), "cannot be used: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager manager(
      Set<TrustAnchor> anchors, List<X509CRL> revoked, Revocation revocation)
      throws GeneralSecurityException {
    var parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
    boolean checks = !revoked.isEmpty() || revocation != Revocation.OFF;
    parameters.setRevocationEnabled(checks);
    if (checks) {
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(revoked)));
      var checker =
          (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
      checker.setOptions(options(revoked, revocation));
      parameters.addCertPathChecker(checker);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(new CertPathTrustManagerParameters(parameters));
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private static Set<Option> options(List<X509CRL> revoked, Revocation revocation) {
    var options = EnumSet.noneOf(Option.class);
    if (!revoked.isEmpty()) {
      options.add(Option.PREFER_CRLS);
    }
    switch (revocation) {
      case OFF -> options.add(Option.NO_FALLBACK); // nobody is asked
      case SOFT -> options.add(Option.SOFT_FAIL);
      case HARD -> {}
    }
    return options;
  }

  private List<X509Certificate> authorities(Path file) throws UnusableException {
    byte[] bytes = Content.of(TRUST, file);
    List<X509Certificate> found =
        Form.of(bytes) == Form.PEM
            ? PemFile.read(TRUST, file, bytes, passwords).certificates()
            : store(file, bytes);
    if (found.isEmpty()) {
      throw new UnusableException(TRUST, file, "has no certificate of an authority");
    }
    return found;
  }

  private List<X509Certificate> store(Path file, byte[] bytes) throws UnusableException {
    KeyStore store = StoreFile.open(TRUST, file, bytes, passwords);
    try {
      var all = new ArrayList<X509Certificate>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.getCertificate(alias) instanceof X509Certificate one) {
          all.add(one);
        }
      }
      return all;
    } catch (GeneralSecurityException e) {
      throw new UnusableException(TRUST, file, "cannot be used: " + e.getMessage(), e);
    }
  }

  private List<X509CRL> lists(Path file) throws UnusableException {
    byte[] bytes = Content.of(CRL, file);
    List<X509CRL> found;
    if (Form.of(bytes) == Form.PEM) {
      found = PemFile.read(CRL, file, bytes, passwords).revoked();
    } else {
      try {
        var factory = CertificateFactory.getInstance("X.509");
        found = List.of((X509CRL) factory.generateCRL(new ByteArrayInputStream(bytes)));
      } catch (GeneralSecurityException | RuntimeException e) {
        throw new UnusableException(CRL, file, "is no list of revoked certificates", e);
      }
    }
    if (found.isEmpty()) {
      throw new UnusableException(CRL, file, "has no list of revoked certificates");
    }
    return found;
  }
}
