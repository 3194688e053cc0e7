// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thousandisland.examples.smtp.Commands.Reply;
import io.thousandisland.examples.smtp.Session.Idle;
import io.thousandisland.examples.smtp.Session.Login;
import io.thousandisland.examples.smtp.Session.Login.Asked;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;

/**
 * The command AUTH (RFC 4954), by PLAIN or LOGIN, and the file with the users. The file is read at
 * each login, so a change of it counts at once. Passwords are never shown, and not kept.
 *
 * <p>Errors: a file that cannot be read is an {@link UncheckedIOException}.
 *
 * <p>Thread: any.
 */
final class Logins {

  private final String file;

  /**
   * @throws IllegalArgumentException when there is no such file
   */
  Logins(SmtpConfig config) {
    file = config.usersFile();
    SmtpHandler.check(
        "usersFile",
        file,
        file.isEmpty() || Files.isReadable(Path.of(file)),
        "a file that is there and may be read");
  }

  boolean isOffered(boolean secure) {
    return secure && !file.isEmpty();
  }

  /** The command. Its argument may have the first answer already. */
  Reply begin(String argument, Session now, boolean secure) {
    if (!isOffered(secure)) {
      return Reply.of(file.isEmpty() ? "502 no AUTH here" : "538 only over TLS", now);
    }
    if (now.step() != Idle.READY || !now.user().isEmpty()) {
      return Reply.of("503 not now", now);
    }
    String[] words = argument.split(" ", 2);
    Asked asked =
        switch (words[0].toUpperCase(Locale.ROOT)) {
          case "PLAIN" -> Asked.BOTH;
          case "LOGIN" -> Asked.NAME;
          default -> null;
        };
    if (asked == null) {
      return Reply.of("504 PLAIN or LOGIN", now);
    }
    var login = new Login(asked, "");
    return words.length == 1
        ? ask(login, now)
        : answer(words[1].equals("=") ? "" : words[1], login, now);
  }

  private static Reply ask(Login login, Session now) {
    byte[] question = login.asked().question.getBytes(UTF_8);
    return Reply.of("334 " + Base64.getEncoder().encodeToString(question), now.at(login));
  }

  /** An answer of the client, in Base64. */
  Reply answer(String line, Login login, Session now) {
    String text;
    try {
      text = new String(Base64.getDecoder().decode(line), UTF_8);
    } catch (IllegalArgumentException e) { // "*", which gives up, is no Base64 either
      return Reply.of("501 no login", now.at(Idle.READY));
    }
    return switch (login.asked()) {
      case NAME -> ask(new Login(Asked.PASSWORD, text), now);
      case PASSWORD -> judge(login.name(), text, now);
      case BOTH -> {
        String[] parts = text.split("\0", -1); // on behalf of, name, password
        boolean plain = parts.length == 3 && (parts[0].isEmpty() || parts[0].equals(parts[1]));
        yield plain ? judge(parts[1], parts[2], now) : judge("", "", now);
      }
    };
  }

  private Reply judge(String name, String password, Session now) {
    return isRight(name, password)
        ? Reply.of("235 welcome", now.loggedIn(name))
        : Reply.of("535 wrong name or password", now.at(Idle.READY));
  }

  /** Compares with each user's line, and as long with each, so that the time tells nothing. */
  private boolean isRight(String name, String password) {
    if (file.isEmpty()) {
      return false; // since the login began
    }
    byte[] claimed = (name + ":" + password).getBytes(UTF_8);
    boolean right = false;
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        right |= MessageDigest.isEqual(line.getBytes(UTF_8), claimed);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return right && !name.contains(":") && !name.isEmpty();
  }
}
