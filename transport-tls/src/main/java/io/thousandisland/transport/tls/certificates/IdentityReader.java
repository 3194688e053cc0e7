package io.thousandisland.transport.tls.certificates;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
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
      byte[] bytes = Content.of(CERTIFICATE, file);
      if (Content.isPem(bytes)) {
        all.add(pem(file, bytes, key));
      } else {
        all.addAll(store(file, bytes));
      }
    }
    return all;
  }

  private Identity pem(Path file, byte[] bytes, @Nullable Path keyFile) throws UnusableException {
    PemFile pem = PemFile.read(CERTIFICATE, file, bytes, passwords);
    if (pem.certificates().isEmpty()) {
      throw new UnusableException(CERTIFICATE, file, "has no certificate");
    }
    PrivateKey key =
        keyFile == null || keyFile.equals(file)
            ? only(
                CERTIFICATE, file, pem, "; needed: the key of the certificate, or its file as key")
            : only(
                KEY,
                keyFile,
                PemFile.read(KEY, keyFile, Content.of(KEY, keyFile), passwords),
                "; needed: the key of " + file);
    return Identity.of(CERTIFICATE, file, pem.certificates(), key);
  }

  private static PrivateKey only(String setting, Path file, PemFile pem, String needed)
      throws UnusableException {
    List<PrivateKey> keys = pem.keys();
    if (keys.size() != 1) {
      throw new UnusableException(
          setting, file, "has " + (keys.isEmpty() ? "no key" : keys.size() + " keys") + needed);
    }
    return keys.getFirst();
  }

  // ---- key stores

  private List<Identity> store(Path file, byte[] bytes) throws UnusableException {
    var all = new ArrayList<Identity>();
    var candidates = new ArrayList<>(passwords.all());
    candidates.add(new char[0]); // last: it opens stores without a password
    for (char[] password : candidates) {
      KeyStore store = open(bytes, password);
      if (store == null) {
        continue;
      }
      try {
        for (String alias : Collections.list(store.aliases())) {
          if (store.isKeyEntry(alias)) {
            all.add(entry(file, store, alias));
          }
        }
      } catch (GeneralSecurityException e) {
        throw new UnusableException(CERTIFICATE, file, "cannot be used: " + e.getMessage(), e);
      }
      if (all.isEmpty()) {
        throw new UnusableException(CERTIFICATE, file, "has no key with a certificate");
      }
      return all;
    }
    throw new UnusableException(
        CERTIFICATE,
        file,
        passwords.areGiven()
            ? "is neither PEM, nor a PKCS#12 or JKS store that a given password opens"
            : "is neither PEM, nor a PKCS#12 or JKS store without a password; a password is given by"
                + " passwordFile or passwordEnv");
  }

  /** Null when it is no store of the two kinds, or the password does not fit. */
  static @Nullable KeyStore open(byte[] bytes, char[] password) {
    for (String kind : List.of("PKCS12", "JKS")) {
      try {
        KeyStore store = KeyStore.getInstance(kind);
        store.load(new ByteArrayInputStream(bytes), password);
        return store;
      } catch (IOException | GeneralSecurityException other) {
        continue;
      }
    }
    return null;
  }

  private Identity entry(Path file, KeyStore store, String alias)
      throws UnusableException, GeneralSecurityException {
    for (char[] password : passwords.all()) {
      PrivateKey key = key(store, alias, password);
      if (key != null) {
        return Identity.of(CERTIFICATE, file, chain(store, alias), key);
      }
    }
    PrivateKey key = key(store, alias, new char[0]);
    if (key == null) {
      throw new UnusableException(
          CERTIFICATE, file, "has the key " + alias + ", and no given password fits it");
    }
    return Identity.of(CERTIFICATE, file, chain(store, alias), key);
  }

  private static @Nullable PrivateKey key(KeyStore store, String alias, char[] password)
      throws GeneralSecurityException {
    try {
      return store.getKey(alias, password) instanceof PrivateKey key ? key : null;
    } catch (java.security.UnrecoverableKeyException wrongPassword) {
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
