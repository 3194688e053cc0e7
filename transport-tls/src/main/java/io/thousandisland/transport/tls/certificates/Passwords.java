// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The passwords that keys and key stores are tried with. They are never printed.
 *
 * <p>Thread: any.
 */
final class Passwords {

  private final List<char[]> all = new ArrayList<>();

  private Passwords() {}

  /**
   * @param environment gives the value of an environment variable, or null
   */
  static Passwords of(CredentialFiles files, UnaryOperator<@Nullable String> environment)
      throws UnusableException {
    var passwords = new Passwords();
    if (files.passwordFile().isPresent()) {
      Path file = files.passwordFile().get();
      String text = new String(Content.of("passwordFile", file), StandardCharsets.UTF_8);
      text.lines().filter(line -> !line.isEmpty()).forEach(passwords::add);
    }
    if (files.passwordVariable().isPresent()) {
      String name = files.passwordVariable().get();
      String value = environment.apply(name);
      if (value == null) {
        // without the name: by mistake it may be the password
        throw new UnusableException(
            "passwordEnv", "the variable that it names", "is not set in the environment");
      }
      passwords.add(value);
    }
    return passwords;
  }

  private void add(String password) {
    all.add(password.toCharArray());
  }

  List<char[]> all() {
    return all;
  }

  /** All, and at last the empty one, which opens stores without a password. */
  List<char[]> allAndNone() {
    var candidates = new ArrayList<>(all);
    candidates.add(new char[0]);
    return candidates;
  }

  boolean areGiven() {
    return !all.isEmpty();
  }

  @Override
  public String toString() {
    return all.size() + " passwords";
  }
}
