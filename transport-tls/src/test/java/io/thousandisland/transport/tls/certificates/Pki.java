// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes authorities, certificates and their files for tests. */
public final class Pki {

  /** A kind of key. */
  public enum Kind {
    EC("EC", 256, "SHA256withECDSA"),
    RSA("RSA", 2048, "SHA256withRSA"),
    SHORT_RSA("RSA", 1024, "SHA256withRSA"),
    /** A key whose certificate says that it is for RSASSA-PSS only. */
    PSS("RSASSA-PSS", 2048, "SHA256withRSAandMGF1"),
    ED25519("Ed25519", 255, "Ed25519");

    private final String algorithm;
    private final int size;
    final String signature;

    Kind(String algorithm, int size, String signature) {
      this.algorithm = algorithm;
      this.size = size;
      this.signature = signature;
    }

    KeyPair pair() {
      try {
        var generator = KeyPairGenerator.getInstance(algorithm);
        if (this != ED25519) {
          generator.initialize(size);
        }
        return generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final AtomicLong SERIAL = new AtomicLong(1000);

  private Pki() {}

  /** A certificate with its chain and its key. */
  public record Issued(Kind kind, PrivateKey key, List<X509Certificate> chain) {

    public X509Certificate own() {
      return chain.getFirst();
    }

    /** Issues a certificate for these names; the first one is its subject, too. */
    public Issued issue(Kind kind, String... names) {
      Instant now = Instant.now();
      return issue(kind, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(90)), names);
    }

    public Issued issue(Kind kind, Instant from, Instant to, String... names) {
      KeyPair pair = kind.pair();
      return issued(kind, pair, certificate(this, pair, from, to, false, null, names));
    }

    private Issued issued(Kind kind, KeyPair pair, X509Certificate own) {
      return new Issued(
          kind, pair.getPrivate(), Stream.concat(Stream.of(own), chain.stream()).toList());
    }

    /** Issues a certificate that says where the list of revoked ones is. */
    public Issued issueListedAt(URI list, String name) {
      var point =
          new DistributionPoint(new DistributionPointName(new GeneralNames(at(list))), null, null);
      return issue(
          Extension.cRLDistributionPoints, new CRLDistPoint(new DistributionPoint[] {point}), name);
    }

    /** Issues a certificate that says who knows whether it was revoked (OCSP). */
    public Issued issueKnownTo(URI responder, String name) {
      return issue(
          Extension.authorityInfoAccess,
          new AuthorityInformationAccess(X509ObjectIdentifiers.ocspAccessMethod, at(responder)),
          name);
    }

    private static GeneralName at(URI place) {
      return new GeneralName(GeneralName.uniformResourceIdentifier, place.toString());
    }

    private Issued issue(ASN1ObjectIdentifier id, ASN1Object extension, String name) {
      try {
        Instant now = Instant.now();
        KeyPair pair = Kind.EC.pair();
        return issued(
            Kind.EC,
            pair,
            certificate(
                this,
                pair,
                now.minus(Duration.ofDays(1)),
                now.plus(Duration.ofDays(90)),
                false,
                new Extension(id, false, extension.getEncoded()),
                name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Issues the certificate of an authority below this one. */
    public Issued authority(String name) {
      return authority(name, Instant.now().plus(Duration.ofDays(90)));
    }

    public Issued authority(String name, Instant to) {
      KeyPair pair = Kind.EC.pair();
      Instant from = to.minus(Duration.ofDays(900));
      return issued(Kind.EC, pair, certificate(this, pair, from, to, true, null, name));
    }

    /** A list of certificates that this authority has revoked. */
    public X509CRL revoking(X509Certificate... revoked) {
      return revokingUntil(Instant.now().plus(Duration.ofDays(9)), revoked);
    }

    /**
     * @param until when the next list is due
     */
    public X509CRL revokingUntil(Instant until, X509Certificate... revoked) {
      try {
        Instant now = Instant.now();
        var builder = new JcaX509v2CRLBuilder(own(), Date.from(until.minus(Duration.ofDays(10))));
        builder.setNextUpdate(Date.from(until));
        for (X509Certificate one : revoked) {
          builder.addCRLEntry(one.getSerialNumber(), Date.from(now), CRLReason.keyCompromise);
        }
        return new JcaX509CRLConverter()
            .getCRL(builder.build(new JcaContentSignerBuilder(kind.signature).build(key)));
      } catch (GeneralSecurityException | OperatorCreationException e) {
        throw new IllegalStateException(e);
      }
    }

    /** The own certificate and the chain, without the root, in PEM. */
    public String certificates() {
      return pem(chain.subList(0, Math.max(1, chain.size() - 1)).toArray());
    }

    /** The key in PEM, in the form that the JDK writes: PKCS#8. */
    public String pkcs8() {
      return "-----BEGIN PRIVATE KEY-----\n"
          + java.util.Base64.getMimeEncoder().encodeToString(key.getEncoded())
          + "\n-----END PRIVATE KEY-----\n";
    }

    /**
     * The key in PEM, as PKCS#8 encrypted with a password.
     *
     * @param cipher its object identifier
     */
    public String locked(String cipher, String password) {
      try {
        var encryptor =
            new JceOpenSSLPKCS8EncryptorBuilder(new ASN1ObjectIdentifier(cipher))
                .setProvider(new BouncyCastleProvider())
                .setPassword(password.toCharArray())
                .build();
        return pem(new JcaPKCS8Generator(key, encryptor).generate());
      } catch (OperatorCreationException | IOException e) {
        throw new IllegalStateException(e);
      }
    }

    /** The key in PEM, in its own kind's form: PKCS#1, or SEC 1 with the name of the curve. */
    public String traditional() {
      if (!(key instanceof java.security.interfaces.ECPrivateKey ec)) {
        return pem(key);
      }
      try {
        var inner =
            new org.bouncycastle.asn1.sec.ECPrivateKey(
                256, ec.getS(), org.bouncycastle.asn1.sec.SECObjectIdentifiers.secp256r1);
        return "-----BEGIN EC PRIVATE KEY-----\n"
            + java.util.Base64.getMimeEncoder().encodeToString(inner.getEncoded())
            + "\n-----END EC PRIVATE KEY-----\n";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Certificates and key in one PEM file. */
    public Path file(Path folder, String name) {
      return write(folder.resolve(name), certificates() + pkcs8());
    }

    /** A key store with this certificate. */
    public Path store(Path file, String type, String password) {
      try {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        store.setKeyEntry(
            "own", key, password.toCharArray(), chain.toArray(X509Certificate[]::new));
        try (var out = Files.newOutputStream(file)) {
          store.store(out, password.toCharArray());
        }
        return file;
      } catch (GeneralSecurityException | IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** An authority that nobody has certified. */
  public static Issued authority(String name) {
    KeyPair pair = Kind.EC.pair();
    Instant now = Instant.now();
    X509Certificate own =
        certificate(
            null,
            pair,
            now.minus(Duration.ofDays(1)),
            now.plus(Duration.ofDays(900)),
            true,
            null,
            name);
    return new Issued(Kind.EC, pair.getPrivate(), List.of(own));
  }

  private static X509Certificate certificate(
      @Nullable Issued by,
      KeyPair pair,
      Instant from,
      Instant to,
      boolean authority,
      @Nullable Extension more,
      String... names) {
    try {
      var subject = new X500Principal("CN=" + names[0]);
      var builder =
          new JcaX509v3CertificateBuilder(
              by == null ? subject : by.own().getSubjectX500Principal(),
              BigInteger.valueOf(SERIAL.incrementAndGet()),
              Date.from(from),
              Date.from(to),
              subject,
              pair.getPublic());
      if (authority) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      } else {
        GeneralName[] all =
            Arrays.stream(names)
                .map(name -> new GeneralName(GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(all));
      }
      if (more != null) {
        builder.addExtension(more);
      }
      var signer =
          new JcaContentSignerBuilder(by == null ? Kind.EC.signature : by.kind.signature)
              .build(by == null ? pair.getPrivate() : by.key);
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Certificates, keys and lists as BouncyCastle writes them: keys are PKCS#1 or SEC 1. */
  public static String pem(Object... parts) {
    var text = new StringWriter();
    try (var writer = new JcaPEMWriter(text)) {
      for (Object part : parts) {
        writer.writeObject(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  public static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
