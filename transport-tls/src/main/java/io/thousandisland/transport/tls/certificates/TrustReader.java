// SPDX-License-Identifier: Apache-2.0
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
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

  /**
   * Trust that was read.
   *
   * @param manager judges clients' certificates
   * @param lists by which it judges, too
   */
  record Trust(X509ExtendedTrustManager manager, List<Revoked> lists) {}

  /** A list of revoked certificates, and its file. */
  record Revoked(Path file, X509CRL list) {
    /** Whether the next list is due, which makes the JDK refuse this one. */
    boolean isOutOfDate(Instant now) {
      Date next = list.getNextUpdate();
      return next != null && now.isAfter(next.toInstant());
    }

    @Override
    public String toString() {
      return list.getIssuerX500Principal() + " from " + file;
    }
  }

  Trust read(CredentialFiles files) throws UnusableException {
    var anchors = new HashSet<TrustAnchor>();
    for (Path file : files.trusted()) {
      for (X509Certificate one : authorities(file)) {
        anchors.add(new TrustAnchor(one, null));
      }
    }
    var revoked = new ArrayList<Revoked>();
    for (Path file : files.revoked()) {
      lists(file).forEach(list -> revoked.add(new Revoked(file, list)));
    }
    try {
      var parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
      parameters.addCertStore(
          CertStore.getInstance(
              "Collection",
              new CollectionCertStoreParameters(revoked.stream().map(Revoked::list).toList())));
      return new Trust(
          manager(parameters, !revoked.isEmpty(), files.revocation()), List.copyOf(revoked));
    } catch (GeneralSecurityException e) {
      throw new UnusableException(TRUST, files.trusted(), "cannot be used: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager manager(
      PKIXBuilderParameters parameters, boolean listed, Revocation revocation)
      throws GeneralSecurityException {
    return switch (revocation) {
      case OFF -> {
        // without a checker of ours, because that one asks where a certificate says
        parameters.setRevocationEnabled(listed);
        yield manager(parameters);
      }
      case SOFT ->
          new SoftTrust(
              checking(parameters, Option.SOFT_FAIL, Option.PREFER_CRLS, Option.NO_FALLBACK),
              checking(parameters, Option.SOFT_FAIL, Option.ONLY_END_ENTITY, Option.NO_FALLBACK));
      case HARD -> listed ? checking(parameters, Option.PREFER_CRLS) : checking(parameters);
    };
  }

  private static X509ExtendedTrustManager checking(
      PKIXBuilderParameters parameters, Option... options) throws GeneralSecurityException {
    var checker =
        (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
    checker.setOptions(Set.of(options));
    var own = (PKIXBuilderParameters) parameters.clone();
    own.setRevocationEnabled(true);
    own.addCertPathChecker(checker);
    return manager(own);
  }

  private static X509ExtendedTrustManager manager(PKIXBuilderParameters parameters)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(new CertPathTrustManagerParameters(parameters));
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
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
