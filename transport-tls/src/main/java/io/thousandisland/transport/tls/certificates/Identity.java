package io.thousandisland.transport.tls.certificates;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/**
 * A certificate with its chain and its key: something that a server can show.
 *
 * @param file the file that it comes from
 * @param chain the server's own certificate first
 * @param names the DNS names that it is for, in lower case; {@code *.} in front stands for one
 *     label
 */
public record Identity(Path file, List<X509Certificate> chain, PrivateKey key, List<String> names) {

  private static final int DNS_NAME = 2; // RFC 5280, section 4.2.1.6

  /**
   * @param certificates the chain; must be in order
   * @throws UnusableException when the key is another one's, or the chain is out of order
   */
  static Identity of(String setting, Path file, List<X509Certificate> certificates, PrivateKey key)
      throws UnusableException {
    X509Certificate own = certificates.getFirst();
    if (!KeyMatch.fits(own, key)) {
      throw new UnusableException(setting, file, misfit(certificates, key));
    }
    for (int i = 1; i < certificates.size(); i++) {
      if (!isIssued(certificates.get(i - 1), certificates.get(i))) {
        throw new UnusableException(
            setting,
            file,
            "has its certificates out of order: number "
                + i
                + " ("
                + subject(certificates.get(i - 1))
                + ") is not issued by number "
                + (i + 1)
                + " ("
                + subject(certificates.get(i))
                + "); the server's own comes first, then the issuer of each");
      }
    }
    return new Identity(file, List.copyOf(certificates), key, names(own));
  }

  private static String misfit(List<X509Certificate> certificates, PrivateKey key) {
    for (int i = 1; i < certificates.size(); i++) {
      if (KeyMatch.fits(certificates.get(i), key)) {
        return "has its certificates out of order: the key is that of number "
            + (i + 1)
            + " ("
            + subject(certificates.get(i))
            + "), which has to come first";
      }
    }
    return "and the key do not belong together: the certificate is that of "
        + subject(certificates.getFirst())
        + ", and the key is another one";
  }

  private static boolean isIssued(X509Certificate one, X509Certificate by) {
    try {
      one.verify(by.getPublicKey());
      return one.getIssuerX500Principal().equals(by.getSubjectX500Principal());
    } catch (GeneralSecurityException no) {
      return false;
    }
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().toString();
  }

  private static List<String> names(X509Certificate own) {
    var names = new ArrayList<String>();
    try {
      Collection<List<?>> all = own.getSubjectAlternativeNames();
      for (List<?> name : all == null ? List.<List<?>>of() : all) {
        if (name.get(0).equals(DNS_NAME)) {
          names.add(((String) name.get(1)).toLowerCase(Locale.ROOT));
        }
      }
    } catch (CertificateParsingException unreadable) {
      // then it has no names
    }
    if (names.isEmpty()) {
      commonName(own).ifPresent(names::add);
    }
    return names;
  }

  /** For certificates without alternative names, as people make them for themselves. */
  private static Optional<String> commonName(X509Certificate own) {
    try {
      return new LdapName(own.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(part -> part.getType().equalsIgnoreCase("CN"))
              .map(part -> part.getValue().toString().toLowerCase(Locale.ROOT))
              .findFirst();
    } catch (InvalidNameException unreadable) {
      return Optional.empty();
    }
  }

  /** The certificate without its chain. */
  public X509Certificate own() {
    return chain.getFirst();
  }

  /** When it expires. */
  public Instant expires() {
    return own().getNotAfter().toInstant();
  }

  /** The subject of its certificate. */
  public String subject() {
    return subject(own());
  }

  /** Without the key. */
  @Override
  public String toString() {
    return subject() + " from " + file;
  }
}
