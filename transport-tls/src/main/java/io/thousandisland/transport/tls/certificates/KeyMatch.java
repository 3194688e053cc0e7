// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/** The test whether a key is that of a certificate: it signs, and the certificate verifies. */
final class KeyMatch {

  /** The kinds of keys that the JDK's TLS has, for messages. */
  static final String KINDS =
      "RSA, RSASSA-PSS, EC with the curve secp256r1, secp384r1 or secp521r1, Ed25519, Ed448";

  private static final byte[] SAMPLE = "thousandisland".getBytes(StandardCharsets.US_ASCII);

  private static final PSSParameterSpec PSS =
      new PSSParameterSpec(
          "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);

  private KeyMatch() {}

  /**
   * @param setting the key of the configuration
   * @throws UnusableException when TLS of this JDK cannot sign with it
   */
  static void checkKind(String setting, Path file, PrivateKey key) throws UnusableException {
    try {
      if (key.getAlgorithm().equals("DSA")) {
        throw new GeneralSecurityException("DSA is not in TLS any more");
      }
      byte[] unused = sign(key);
    } catch (GeneralSecurityException e) {
      throw unusable(setting, file, e);
    }
  }

  static UnusableException unusable(String setting, Path file, Exception why) {
    return new UnusableException(
        setting,
        file,
        "has a key that this JDK cannot use (" + why.getMessage() + "); allowed: " + KINDS,
        why);
  }

  static boolean fits(X509Certificate certificate, PrivateKey key) {
    try {
      Signature signature = signature(key);
      signature.initVerify(certificate.getPublicKey());
      signature.update(SAMPLE);
      return signature.verify(sign(key));
    } catch (GeneralSecurityException otherKind) {
      return false;
    }
  }

  private static byte[] sign(PrivateKey key) throws GeneralSecurityException {
    Signature signature = signature(key);
    signature.initSign(key);
    signature.update(SAMPLE);
    return signature.sign();
  }

  private static Signature signature(PrivateKey key) throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            switch (key.getAlgorithm()) {
              case "RSA" -> "SHA256withRSA";
              case "EC" -> "SHA256withECDSA";
              default -> key.getAlgorithm(); // as of EdDSA
            });
    if (signature.getAlgorithm().equals("RSASSA-PSS")) {
      AlgorithmParameterSpec own = key instanceof RSAKey rsa ? rsa.getParams() : null;
      signature.setParameter(own == null ? PSS : own);
    }
    return signature;
  }
}
