// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;

/** A key store in a file: PKCS#12 or JKS. */
final class StoreFile {

  private StoreFile() {}

  /**
   * Opens a store with the first password that fits.
   *
   * @param key of the configuration
   */
  static KeyStore open(String key, Path file, byte[] bytes, Passwords passwords)
      throws UnusableException {
    Form form = Form.of(bytes);
    if (form == Form.JCEKS) {
      throw new UnusableException(key, file, "is a JCEKS store; allowed: PEM, PKCS#12 or JKS");
    } else if (form != Form.PKCS12 && form != Form.JKS) {
      throw new UnusableException(key, file, "is neither PEM, nor a PKCS#12 or JKS store");
    }
    for (char[] password : passwords.allAndNone()) {
      try {
        KeyStore store = KeyStore.getInstance(form.name());
        store.load(new ByteArrayInputStream(bytes), password);
        return store;
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        if (!(e.getCause() instanceof UnrecoverableKeyException)) {
          throw new UnusableException(key, file, "is damaged: " + e.getMessage(), e);
        }
      }
    }
    throw new UnusableException(
        key,
        file,
        "is a key store that no given password opens; a password is given by passwordFile or"
            + " passwordEnv");
  }
}
