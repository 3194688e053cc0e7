// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import io.thousandisland.transport.tls.certificates.TrustReader.Trust;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates, keys and trust that were read from files at one moment. Immutable.
 *
 * <p>Thread: any.
 */
public final class Credentials {

  /** In bits; a shorter one is used, and warned of (NIST SP 800-57, part 1, table 2). */
  private static final int SHORTEST_RSA = 2048;

  private final List<Identity> identities;
  private final ServerNames names;
  private final @Nullable Trust trust;

  private Credentials(List<Identity> identities, @Nullable Trust trust) {
    this.identities = identities;
    this.names = new ServerNames(identities);
    this.trust = trust;
  }

  /**
   * Reads all files.
   *
   * @param environment gives the value of an environment variable, or null
   * @throws UnusableException when one of them cannot be used
   */
  public static Credentials read(CredentialFiles files, UnaryOperator<@Nullable String> environment)
      throws UnusableException {
    Passwords passwords = Passwords.of(files, environment);
    List<Identity> identities = List.copyOf(new IdentityReader(passwords).read(files));
    return new Credentials(
        identities, files.trusted().isEmpty() ? null : new TrustReader(passwords).read(files));
  }

  public List<Identity> identities() {
    return identities;
  }

  /** Shows a client the certificate of the name that it asks for. */
  public X509ExtendedKeyManager keyManager() {
    return new NamedKeyManager(identities, names);
  }

  /** Judges clients' certificates; null when none is trusted. */
  public @Nullable X509ExtendedTrustManager trustManager() {
    return trust == null ? null : trust.manager();
  }

  /** Whether a certificate is for {@code name}. */
  public boolean knows(String name) {
    return names.knows(ServerNames.plain(name));
  }

  /** The certificate that expires first, with its chain. */
  public Identity first() {
    return identities.stream().min(Comparator.comparing(Identity::expires)).orElseThrow();
  }

  /**
   * Faults with which the certificates can be used all the same, in words.
   *
   * @param now the time by which they are judged
   * @param soon certificates that expire before it are warned of
   */
  public List<String> warnings(Instant now, Instant soon) {
    var warnings = new ArrayList<String>();
    for (Identity one : identities) {
      for (X509Certificate each : one.chainWithoutRoot()) {
        String name =
            each == one.own() ? one.toString() : Identity.subject(each) + " in the chain of " + one;
        Stream.of(age(each, now, soon), weakness(each))
            .flatMap(Optional::stream)
            .forEach(fault -> warnings.add("the certificate " + name + " " + fault));
      }
    }
    identities.stream()
        .filter(one -> !names.shows(one))
        .forEach(
            one ->
                warnings.add(
                    "the certificate "
                        + one
                        + " is never shown: others before it have its names and its kind of key"));
    if (trust != null) {
      trust.lists().stream()
          .filter(list -> list.isOutOfDate(now))
          .forEach(
              list ->
                  warnings.add(
                      "the list of revoked certificates of "
                          + list
                          + " is out of date, and counts no more"));
    }
    return warnings;
  }

  private static Optional<String> age(X509Certificate one, Instant now, Instant soon) {
    Instant from = one.getNotBefore().toInstant();
    Instant to = one.getNotAfter().toInstant();
    if (now.isBefore(from)) {
      return Optional.of("is not valid before " + from);
    } else if (now.isAfter(to)) {
      return Optional.of("has expired, at " + to);
    }
    return soon.isAfter(to) ? Optional.of("expires at " + to) : Optional.empty();
  }

  private static Optional<String> weakness(X509Certificate one) {
    return one.getPublicKey() instanceof RSAKey rsa && rsa.getModulus().bitLength() < SHORTEST_RSA
        ? Optional.of(
            "has an RSA key of %d bits; clients may refuse less than %d"
                .formatted(rsa.getModulus().bitLength(), SHORTEST_RSA))
        : Optional.empty();
  }
}
