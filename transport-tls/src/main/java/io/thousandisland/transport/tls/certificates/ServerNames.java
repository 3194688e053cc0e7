package io.thousandisland.transport.tls.certificates;

import java.util.List;
import java.util.Locale;

/** The comparison of the name that a client asks for with the names of certificates (RFC 6125). */
final class ServerNames {

  private ServerNames() {}

  /** In lower case, without a dot at its end. */
  static String plain(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Whether a certificate is for {@code name}, which is plain. */
  static boolean matches(Identity identity, String name) {
    return identity.names().stream().anyMatch(own -> matches(own, name));
  }

  /** Whether some certificate is for {@code name}. */
  static boolean knows(List<Identity> identities, String name) {
    return identities.stream().anyMatch(one -> matches(one, name));
  }

  private static boolean matches(String own, String name) {
    if (!own.startsWith("*.")) {
      return own.equals(name);
    }
    int dot = name.indexOf('.');
    return dot > 0 && own.substring(1).equals(name.substring(dot)); // the star is one label
  }
}
