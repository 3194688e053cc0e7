// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.transport.tls.certificates.CredentialFiles;
import io.thousandisland.transport.tls.certificates.CredentialFiles.Revocation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
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
   * @throws RefusedTls naming each key that is wrong, its value and the allowed values
   */
  static TlsSettings read(TlsConfig config) {
    var problems = new ArrayList<String>();
    ClientAuth auth = choice(problems, "clientAuth", config.clientAuth(), ClientAuth.NONE);
    Optional<CredentialFiles> files =
        part(problems, Optional.empty(), () -> Optional.of(files(problems, config)));
    if (auth != ClientAuth.NONE && given(config.trust()).isEmpty()) {
      problems.add(
          "trust is empty; allowed: the files of the authorities, because clientAuth is "
              + config.clientAuth());
    }
    SSLParameters parameters =
        part(
            problems,
            new SSLParameters(),
            () ->
                Offer.of(
                    given(config.protocols()),
                    given(config.ciphers()),
                    given(config.groups()),
                    given(config.alpn())));
    switch (auth) {
      case NONE -> {}
      case WANT -> parameters.setWantClientAuth(true);
      case NEED -> parameters.setNeedClientAuth(true);
    }
    UnknownName unknown =
        choice(problems, "unknownName", config.unknownName(), UnknownName.DEFAULT);
    int threads = within(problems, "handshakeThreads", config.handshakeThreads(), 1024);
    int reload = within(problems, "reloadSeconds", config.reloadSeconds(), 86_400);
    int warning = within(problems, "warnDays", config.warnDays(), 3650);
    if (!problems.isEmpty()) {
      throw new RefusedTls(problems);
    }
    return new TlsSettings(
        files.orElseThrow(),
        parameters,
        unknown == UnknownName.REFUSE,
        threads == 0 ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2) : threads,
        Duration.ofSeconds(reload),
        Duration.ofDays(warning));
  }

  private static CredentialFiles files(List<String> problems, TlsConfig config) {
    return new CredentialFiles(
        paths(problems, "certificate", config.certificate()),
        paths(problems, "key", config.key()),
        Optional.of(config.passwordFile().strip())
            .filter(name -> !name.isEmpty())
            .map(name -> path("passwordFile", name)),
        Optional.of(config.passwordEnv()).filter(name -> !name.isBlank()),
        paths(problems, "trust", config.trust()),
        paths(problems, "crl", config.crl()),
        choice(problems, "revocation", config.revocation(), Revocation.OFF));
  }

  /** The value that {@code reader} reads; when it is wrong, the problem is noted. */
  private static <T> T part(List<String> problems, T instead, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (IllegalArgumentException wrong) {
      problems.add(String.valueOf(wrong.getMessage()));
      return instead;
    }
  }

  /** Each value may be a list itself: a file of the deploy folder has one line for all of them. */
  private static List<String> given(String... values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(String::strip)
        .filter(one -> !one.isEmpty())
        .toList();
  }

  private static List<Path> paths(List<String> problems, String key, String... values) {
    return part(
        problems, List.of(), () -> given(values).stream().map(name -> path(key, name)).toList());
  }

  private static Path path(String key, String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw invalid(key, name, "the path of a file");
    }
  }

  private static <E extends Enum<E>> E choice(
      List<String> problems, String key, String value, E otherwise) {
    E[] all = otherwise.getDeclaringClass().getEnumConstants();
    for (E one : all) {
      if (word(one).equals(value.strip().toLowerCase(Locale.ROOT))) {
        return one;
      }
    }
    String words = Arrays.stream(all).map(TlsSettings::word).collect(Collectors.joining(", "));
    problems.add(String.valueOf(invalid(key, value, words).getMessage()));
    return otherwise;
  }

  private static String word(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT);
  }

  private static int within(List<String> problems, String key, int value, int most) {
    if (value < 0 || value > most) {
      problems.add(String.valueOf(invalid(key, value, "0 to " + most).getMessage()));
    }
    return value;
  }

  static IllegalArgumentException invalid(String key, Object value, String allowed) {
    return new IllegalArgumentException(key + " is " + value + "; allowed: " + allowed);
  }
}
