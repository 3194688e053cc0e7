package io.thousandisland.transport.tls;

import io.thousandisland.transport.tls.certificates.CredentialFiles;
import io.thousandisland.transport.tls.certificates.CredentialFiles.Revocation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLParameters;

/**
 * A configuration that was read and checked.
 *
 * @param parameters protocols, ciphers, groups, ALPN and whether clients show a certificate
 * @param refusesUnknownNames otherwise such clients see the first certificate
 * @param reload between two looks at the files; zero for none
 * @param warning the time before an expiry in which it is warned of
 */
record TlsSettings(
    CredentialFiles files,
    SSLParameters parameters,
    boolean refusesUnknownNames,
    int handshakeThreads,
    Duration reload,
    Duration warning) {

  /** Whether, and how, clients show a certificate. */
  private enum ClientAuth {
    NONE,
    WANT,
    NEED
  }

  private enum UnknownName {
    DEFAULT,
    REFUSE
  }

  /**
   * @throws IllegalArgumentException naming the key, the value and the allowed values
   */
  static TlsSettings read(TlsConfig config) {
    ClientAuth auth = choice("clientAuth", config.clientAuth(), ClientAuth.class);
    var files =
        new CredentialFiles(
            paths("certificate", config.certificate()),
            paths("key", config.key()),
            Optional.of(config.passwordFile().strip())
                .filter(name -> !name.isEmpty())
                .map(name -> path("passwordFile", name)),
            Optional.of(config.passwordEnv()).filter(name -> !name.isBlank()),
            paths("trust", config.trust()),
            paths("crl", config.crl()),
            choice("revocation", config.revocation(), Revocation.class));
    if (auth != ClientAuth.NONE && files.trusted().isEmpty()) {
      throw new IllegalArgumentException(
          "trust is empty; allowed: the files of the authorities, because clientAuth is "
              + config.clientAuth());
    }
    SSLParameters parameters =
        Offer.of(
            given(config.protocols()),
            given(config.ciphers()),
            given(config.groups()),
            given(config.alpn()));
    switch (auth) {
      case NONE -> {}
      case WANT -> parameters.setWantClientAuth(true);
      case NEED -> parameters.setNeedClientAuth(true);
    }
    int threads = within("handshakeThreads", config.handshakeThreads(), 0, 1024);
    return new TlsSettings(
        files,
        parameters,
        choice("unknownName", config.unknownName(), UnknownName.class) == UnknownName.REFUSE,
        threads == 0 ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2) : threads,
        Duration.ofSeconds(within("reloadSeconds", config.reloadSeconds(), 0, 86_400)),
        Duration.ofDays(within("warnDays", config.warnDays(), 0, 3650)));
  }

  /** Each value may be a list itself: a file of the deploy folder has one line for all of them. */
  private static List<String> given(String... values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(String::strip)
        .filter(one -> !one.isEmpty())
        .toList();
  }

  private static List<Path> paths(String key, String... values) {
    return given(values).stream().map(name -> path(key, name)).toList();
  }

  private static Path path(String key, String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw invalid(key, name, "the path of a file");
    }
  }

  private static <E extends Enum<E>> E choice(String key, String value, Class<E> kind) {
    for (E one : kind.getEnumConstants()) {
      if (word(one).equals(value.strip().toLowerCase(Locale.ROOT))) {
        return one;
      }
    }
    String words =
        Arrays.stream(kind.getEnumConstants())
            .map(TlsSettings::word)
            .collect(Collectors.joining(", "));
    throw invalid(key, value, words);
  }

  private static String word(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT);
  }

  private static int within(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw invalid(key, value, least + " to " + most);
    }
    return value;
  }

  static IllegalArgumentException invalid(String key, Object value, String allowed) {
    return new IllegalArgumentException(key + " is " + value + "; allowed: " + allowed);
  }
}
