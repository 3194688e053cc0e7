// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;

/**
 * The content of a PEM file, in its order. Keys may be PKCS#8, PKCS#1 or SEC 1, encrypted or not.
 *
 * <p>BouncyCastle reads the forms and decrypts; the certificates and keys are objects of the JDK,
 * which its TLS can use. BouncyCastle's provider is not registered with the JDK.
 *
 * @param certificates in the order of the file
 * @param others the kinds of parts that are passed over
 */
record PemFile(
    List<X509Certificate> certificates,
    List<PrivateKey> keys,
    List<X509CRL> revoked,
    List<String> others) {

  /** The kinds of parts that count. */
  private static final Set<String> KINDS =
      Set.of(
          PEMParser.TYPE_CERTIFICATE,
          PEMParser.TYPE_X509_CERTIFICATE,
          PEMParser.TYPE_TRUSTED_CERTIFICATE,
          PEMParser.TYPE_X509_CRL,
          PEMParser.TYPE_PRIVATE_KEY,
          PEMParser.TYPE_ENCRYPTED_PRIVATE_KEY,
          PEMParser.TYPE_RSA_PRIVATE_KEY,
          PEMParser.TYPE_EC_PRIVATE_KEY,
          PEMParser.TYPE_DSA_PRIVATE_KEY);

  /** The mark that Windows puts before UTF-8. */
  private static final String MARK = "\uFEFF";

  private static final Provider DECRYPTS = new BouncyCastleProvider();

  /** Passes over the parts of other kinds, as the parameters of a curve or of Diffie-Hellman. */
  private static final class Parser extends PEMParser {
    private final List<String> others;

    Parser(String text, List<String> others) {
      super(new StringReader(text));
      this.others = others;
    }

    @Override
    public @Nullable PemObject readPemObject() throws IOException {
      for (PemObject part; (part = super.readPemObject()) != null; others.add(part.getType())) {
        if (KINDS.contains(part.getType())) {
          return part;
        }
      }
      return null;
    }
  }

  /**
   * @param key of the configuration
   */
  static PemFile read(String key, Path file, byte[] bytes, Passwords passwords)
      throws UnusableException {
    var found =
        new PemFile(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    String text = new String(bytes, StandardCharsets.UTF_8).replace(MARK, "");
    try (var parser = new Parser(text, found.others)) {
      for (Object part; (part = parser.readObject()) != null; ) {
        found.add(key, file, part, passwords);
      }
    } catch (UnusableException e) {
      throw e;
    } catch (IOException | RuntimeException | GeneralSecurityException e) {
      throw new UnusableException(key, file, "is damaged: " + e.getMessage(), e);
    }
    return found;
  }

  private void add(String key, Path file, Object part, Passwords passwords)
      throws IOException, GeneralSecurityException {
    switch (part) {
      case X509CertificateHolder one -> certificates.add(certificate(key, file, one));
      case X509TrustedCertificateBlock one ->
          certificates.add(certificate(key, file, one.getCertificateHolder()));
      case X509CRLHolder list -> revoked.add(list(list));
      case PrivateKeyInfo plain -> keys.add(keyOf(key, file, plain));
      case PEMKeyPair pair -> keys.add(keyOf(key, file, pair.getPrivateKeyInfo()));
      case PKCS8EncryptedPrivateKeyInfo locked -> {
        var plain = unlocked(key, file, passwords, password -> unlock(locked, password));
        keys.add(keyOf(key, file, plain));
      }
      case PEMEncryptedKeyPair locked -> {
        var plain = unlocked(key, file, passwords, password -> unlock(locked, password));
        keys.add(keyOf(key, file, plain));
      }
      default -> throw new PEMException(part.getClass().getName());
    }
  }

  /** For messages about a part that is missing: the parts that are there in its place. */
  String instead() {
    return others.isEmpty() ? "" : "; it has: " + String.join(", ", others);
  }

  private static X509Certificate certificate(String key, Path file, X509CertificateHolder holder)
      throws UnusableException {
    try {
      return new JcaX509CertificateConverter().getCertificate(holder);
    } catch (CertificateException e) {
      throw new UnusableException(
          key,
          file,
          "has a certificate that is damaged, or whose key this JDK cannot use ("
              + e.getMessage()
              + "); allowed: "
              + KeyMatch.KINDS,
          e);
    }
  }

  private static X509CRL list(X509CRLHolder holder) throws CRLException {
    return new JcaX509CRLConverter().getCRL(holder);
  }

  // ---- keys

  private interface Unlocking {
    PrivateKeyInfo with(char[] password)
        throws IOException, OperatorCreationException, PKCSException;
  }

  private static PrivateKeyInfo unlock(PKCS8EncryptedPrivateKeyInfo locked, char[] password)
      throws OperatorCreationException, PKCSException {
    return locked.decryptPrivateKeyInfo(
        new JceOpenSSLPKCS8DecryptorProviderBuilder().setProvider(DECRYPTS).build(password));
  }

  private static PrivateKeyInfo unlock(PEMEncryptedKeyPair locked, char[] password)
      throws IOException {
    return locked
        .decryptKeyPair(new JcePEMDecryptorProviderBuilder().setProvider(DECRYPTS).build(password))
        .getPrivateKeyInfo();
  }

  private static PrivateKeyInfo unlocked(
      String key, Path file, Passwords passwords, Unlocking unlocking) throws UnusableException {
    if (!passwords.areGiven()) {
      throw new UnusableException(
          key, file, "has an encrypted key; give its password by passwordFile or passwordEnv");
    }
    for (char[] password : passwords.all()) {
      try {
        return unlocking.with(password);
      } catch (IOException | OperatorCreationException | PKCSException | RuntimeException wrong) {
        continue; // the next one may fit
      }
    }
    throw new UnusableException(key, file, "has an encrypted key, and no given password fits it");
  }

  /** The key as the JDK's own object. */
  private static PrivateKey keyOf(String setting, Path file, PrivateKeyInfo info)
      throws IOException {
    var kind = info.getPrivateKeyAlgorithm().getAlgorithm();
    String name =
        kind.equals(PKCSObjectIdentifiers.rsaEncryption)
            ? "RSA"
            : kind.equals(X9ObjectIdentifiers.id_ecPublicKey) ? "EC" : kind.getId();
    try {
      PrivateKey key =
          KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
      KeyMatch.checkKind(setting, file, key);
      return key;
    } catch (GeneralSecurityException e) {
      throw KeyMatch.unusable(setting, file, e);
    }
  }
}
