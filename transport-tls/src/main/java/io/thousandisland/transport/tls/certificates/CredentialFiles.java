// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files that a configuration names.
 *
 * @param certificates PEM, PKCS#12 or JKS, told apart by their content
 * @param keys the keys of PEM certificates, in the same order; empty when they are in the same
 *     files
 * @param passwordFile has a password in each line, all of which are tried
 * @param passwordVariable the environment variable that has a password
 * @param trusted the certificates of authorities that clients' certificates come from
 * @param revoked lists of revoked certificates (CRL), PEM or DER
 * @param revocation whether authorities are asked about clients' certificates
 */
public record CredentialFiles(
    List<Path> certificates,
    List<Path> keys,
    Optional<Path> passwordFile,
    Optional<String> passwordVariable,
    List<Path> trusted,
    List<Path> revoked,
    Revocation revocation) {

  /** Whether the authorities are asked if a client's certificate was revoked. */
  public enum Revocation {
    /** Only the lists in files count. */
    OFF,
    /** They are asked; a certificate is good when no answer comes. */
    SOFT,
    /** They are asked; without an answer a certificate is refused. */
    HARD
  }

  /**
   * @throws IllegalArgumentException when the lists do not fit; the message names the key
   */
  public CredentialFiles {
    certificates = List.copyOf(certificates);
    keys = List.copyOf(keys);
    trusted = List.copyOf(trusted);
    revoked = List.copyOf(revoked);
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException(
          "certificate is empty; allowed: one or more files with a certificate (PEM, PKCS#12, JKS)");
    }
    if (!keys.isEmpty() && keys.size() != certificates.size()) {
      throw new IllegalArgumentException(
          "key has "
              + keys.size()
              + " files; allowed: one for each of the "
              + certificates.size()
              + " of certificate, in the same order, or none");
    }
    if (trusted.isEmpty() && (!revoked.isEmpty() || revocation != Revocation.OFF)) {
      throw new IllegalArgumentException(
          "trust is empty; allowed: the files of the authorities, beside crl and revocation");
    }
  }

  /** All files, for somebody who watches them. */
  public List<Path> all() {
    var all = new ArrayList<>(certificates);
    all.addAll(keys);
    passwordFile.ifPresent(all::add);
    all.addAll(trusted);
    all.addAll(revoked);
    return all;
  }
}
