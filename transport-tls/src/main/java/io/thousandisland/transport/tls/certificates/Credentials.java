package io.thousandisland.transport.tls.certificates;

import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
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
  private final @Nullable X509ExtendedTrustManager trust;

  private Credentials(List<Identity> identities, @Nullable X509ExtendedTrustManager trust) {
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
    return trust;
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
        String text =
            "the certificate "
                + (each == one.own() ? one : Identity.subject(each) + " in the chain of " + one);
        Instant from = each.getNotBefore().toInstant();
        Instant to = each.getNotAfter().toInstant();
        if (now.isBefore(from)) {
          warnings.add(text + " is not valid before " + from);
        } else if (now.isAfter(to)) {
          warnings.add(text + " has expired, at " + to);
        } else if (soon.isAfter(to)) {
          warnings.add(text + " expires at " + to);
        }
        if (each.getPublicKey() instanceof RSAKey rsa
            && rsa.getModulus().bitLength() < SHORTEST_RSA) {
          warnings.add(
              text
                  + " has an RSA key of "
                  + rsa.getModulus().bitLength()
                  + " bits; clients may refuse less than "
                  + SHORTEST_RSA);
        }
      }
    }
    return warnings;
  }
}
