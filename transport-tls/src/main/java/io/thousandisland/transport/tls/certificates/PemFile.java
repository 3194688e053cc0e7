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
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/**
 * The content of a PEM file, in its order. Keys may be PKCS#8, PKCS#1 or SEC 1, encrypted or not.
 *
 * <p>BouncyCastle reads the forms and decrypts; the certificates and keys are objects of the JDK,
 * which its TLS can use. BouncyCastle's provider is not registered with the JDK.
 *
 * @param certificates in the order of the file
 */
record PemFile(List<X509Certificate> certificates, List<PrivateKey> keys, List<X509CRL> revoked) {

  private static final Provider DECRYPTS = new BouncyCastleProvider();

  /**
   * @param key of the configuration
   */
  static PemFile read(String key, Path file, byte[] bytes, Passwords passwords)
      throws UnusableException {
    var found = new PemFile(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    String text = new String(bytes, StandardCharsets.UTF_8);
    try (var parser = new PEMParser(new StringReader(text))) {
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
      case X509CertificateHolder one -> certificates.add(certificate(one));
      case X509CRLHolder list -> revoked.add(list(list));
      case PrivateKeyInfo plain -> keys.add(keyOf(plain));
      case PEMKeyPair pair -> keys.add(keyOf(pair.getPrivateKeyInfo()));
      case PKCS8EncryptedPrivateKeyInfo locked ->
          keys.add(keyOf(unlocked(key, file, passwords, password -> unlock(locked, password))));
      case PEMEncryptedKeyPair locked ->
          keys.add(keyOf(unlocked(key, file, passwords, password -> unlock(locked, password))));
      default -> {} // the parameters of a curve, for example, which the key repeats
    }
  }

  private static X509Certificate certificate(X509CertificateHolder holder)
      throws CertificateException {
    return new JcaX509CertificateConverter().getCertificate(holder);
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
  private static PrivateKey keyOf(PrivateKeyInfo info)
      throws IOException, GeneralSecurityException {
    var algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
    String name = algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey) ? "EC" : algorithm.getId();
    try {
      return KeyFactory.getInstance(rsa(name))
          .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new PEMException("a key of the kind " + name + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static String rsa(String name) {
    return name.equals("1.2.840.113549.1.1.1") ? "RSA" : name;
  }
}
