// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
   * @throws UnusableException when the key is another one's, or the chain is out of order; the
   *     message names the right one
   */
  static Identity of(String setting, Path file, List<X509Certificate> certificates, PrivateKey key)
      throws UnusableException {
    int first =
        IntStream.range(0, certificates.size())
            .filter(i -> KeyMatch.fits(certificates.get(i), key))
            .findFirst()
            .orElse(-1);
    if (first < 0) {
      throw new UnusableException(
          setting,
          file,
          "and the key do not belong together: the certificate is that of "
              + subject(certificates.getFirst())
              + ", and the key is another one");
    }
    List<Integer> order = order(certificates, first);
    if (order.size() < certificates.size()) {
      throw new UnusableException(
          setting,
          file,
          "has certificates that do not belong to the chain of "
              + subject(certificates.get(first))
              + ": "
              + listed(
                  certificates,
                  IntStream.range(0, certificates.size())
                      .filter(i -> !order.contains(i))
                      .boxed()
                      .toList())
              + "; needed: the server's own certificate, then the issuer of each");
    }
    for (int i = 0; i < order.size(); i++) {
      if (order.get(i) != i) {
        throw new UnusableException(
            setting,
            file,
            "has its certificates out of order; the right order is: "
                + listed(certificates, order));
      }
    }
    return new Identity(file, List.copyOf(certificates), key, names(certificates.getFirst()));
  }

  /** The places of a certificate, of its issuer, and so on as far as it goes. */
  private static List<Integer> order(List<X509Certificate> certificates, int first) {
    var order = new ArrayList<>(List.of(first));
    for (int next = first; next >= 0; ) {
      X509Certificate last = certificates.get(next);
      next =
          IntStream.range(0, certificates.size())
              .filter(i -> !order.contains(i) && isIssued(last, certificates.get(i)))
              .findFirst()
              .orElse(-1);
      if (next >= 0) {
        order.add(next);
      }
    }
    return order;
  }

  private static String listed(List<X509Certificate> certificates, List<Integer> places) {
    return places.stream()
        .map(i -> "number %d (%s)".formatted(i + 1, subject(certificates.get(i))))
        .collect(Collectors.joining(", "));
  }

  private static boolean isIssued(X509Certificate one, X509Certificate by) {
    try {
      one.verify(by.getPublicKey());
      return one.getIssuerX500Principal().equals(by.getSubjectX500Principal());
    } catch (GeneralSecurityException no) {
      return false;
    }
  }

  static String subject(X509Certificate certificate) {
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

  /**
   * Whether its key is of this kind.
   *
   * @param keyType as the JDK's TLS calls it
   */
  boolean isOfKind(String keyType) {
    return key.getAlgorithm().equals(keyType)
        || (key.getAlgorithm().startsWith("Ed") && keyType.equals("EdDSA"));
  }

  /** All that clients judge. They know the root, if it is there, or they do not trust it. */
  List<X509Certificate> chainWithoutRoot() {
    X509Certificate last = chain.getLast();
    boolean hasRoot = chain.size() > 1 && isIssued(last, last);
    return hasRoot ? chain.subList(0, chain.size() - 1) : chain;
  }

  /** When it or a certificate of its chain expires. */
  public Instant expires() {
    return chainWithoutRoot().stream()
        .map(each -> each.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
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
