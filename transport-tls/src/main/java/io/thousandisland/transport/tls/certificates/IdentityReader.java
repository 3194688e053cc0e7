// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reader of certificates with their keys. */
final class IdentityReader {

  private static final String CERTIFICATE = "certificate";
  private static final String KEY = "key";

  private final Passwords passwords;

  IdentityReader(Passwords passwords) {
    this.passwords = passwords;
  }

  /** All that a configuration names, in its order. */
  List<Identity> read(CredentialFiles files) throws UnusableException {
    var all = new ArrayList<Identity>();
    for (int i = 0; i < files.certificates().size(); i++) {
      Path file = files.certificates().get(i);
      Path key = files.keys().isEmpty() ? null : files.keys().get(i);
      try {
        all.addAll(read(file, key));
      } catch (GeneralSecurityException | RuntimeException e) {
        throw new UnusableException(CERTIFICATE, file, "cannot be used: " + e.getMessage(), e);
      }
    }
    return all;
  }

  private List<Identity> read(Path file, @Nullable Path key)
      throws UnusableException, GeneralSecurityException {
    byte[] bytes = Content.of(CERTIFICATE, file);
    return Form.of(bytes) == Form.PEM ? List.of(pem(file, bytes, key)) : store(file, bytes);
  }

  private Identity pem(Path file, byte[] bytes, @Nullable Path keyFile) throws UnusableException {
    PemFile pem = PemFile.read(CERTIFICATE, file, bytes, passwords);
    if (pem.certificates().isEmpty()) {
      throw new UnusableException(CERTIFICATE, file, "has no certificate" + pem.instead());
    }
    PrivateKey key =
        keyFile == null || keyFile.equals(file)
            ? only(
                CERTIFICATE, file, pem, "; needed: the key of the certificate, or its file as key")
            : only(KEY, keyFile, keys(keyFile, file), "; needed: the key of " + file);
    return Identity.of(CERTIFICATE, file, pem.certificates(), key);
  }

  private PemFile keys(Path file, Path certificate) throws UnusableException {
    byte[] bytes = Content.of(KEY, file);
    if (Form.of(bytes) != Form.PEM) {
      throw new UnusableException(KEY, file, "is not PEM; needed: the key of " + certificate);
    }
    return PemFile.read(KEY, file, bytes, passwords);
  }

  private static PrivateKey only(String setting, Path file, PemFile pem, String needed)
      throws UnusableException {
    List<PrivateKey> keys = pem.keys();
    if (keys.size() != 1) {
      throw new UnusableException(
          setting,
          file,
          "has " + (keys.isEmpty() ? "no key" + pem.instead() : keys.size() + " keys") + needed);
    }
    return keys.getFirst();
  }

  // ---- key stores

  private List<Identity> store(Path file, byte[] bytes)
      throws UnusableException, GeneralSecurityException {
    KeyStore store = StoreFile.open(CERTIFICATE, file, bytes, passwords);
    var all = new ArrayList<Identity>();
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias) && store.getCertificateChain(alias) != null) {
        all.add(entry(file, store, alias));
      }
    }
    if (all.isEmpty()) {
      throw new UnusableException(CERTIFICATE, file, "has no key with a certificate");
    }
    return all;
  }

  private Identity entry(Path file, KeyStore store, String alias)
      throws UnusableException, GeneralSecurityException {
    for (char[] password : passwords.allAndNone()) {
      PrivateKey key = key(store, alias, password);
      if (key != null) {
        KeyMatch.checkKind(CERTIFICATE, file, key);
        return Identity.of(CERTIFICATE, file, chain(store, alias), key);
      }
    }
    throw new UnusableException(
        CERTIFICATE, file, "has the key " + alias + ", and no given password fits it");
  }

  private static @Nullable PrivateKey key(KeyStore store, String alias, char[] password)
      throws GeneralSecurityException {
    try {
      return store.getKey(alias, password) instanceof PrivateKey key ? key : null;
    } catch (UnrecoverableKeyException wrongPassword) {
      return null;
    }
  }

  private static List<X509Certificate> chain(KeyStore store, String alias)
      throws GeneralSecurityException {
    return Arrays.stream(store.getCertificateChain(alias))
        .map(X509Certificate.class::cast)
        .toList();
  }
}
