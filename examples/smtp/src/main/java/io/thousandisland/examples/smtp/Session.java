// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import java.util.ArrayList;
import java.util.List;

/**
 * The state of one connection: how far its conversation is. It never changes; each reply leads to
 * another one.
 *
 * <pre>
 *         EHLO          MAIL          DATA           .
 *   START ──────▶ READY ──────▶ Mail ──────▶ Text ──────▶ READY
 *         ◀──────  │ ▲  ◀──────  │ ▲
 *        STARTTLS  │ │    RSET   └─┘ RCPT
 *             AUTH ▼ │
 *                 Login
 * </pre>
 *
 * @param step how far the conversation is
 * @param client the name that the client gave in EHLO; empty before
 * @param user the user who has logged in; empty when nobody has
 * @param mistakes how many commands in a row were refused
 * @param leaving whether the connection ends as soon as it is between two messages
 */
record Session(Step step, String client, String user, int mistakes, boolean leaving) {

  /** A connection before its first command, and one that has just switched to TLS (RFC 3207). */
  static final Session NEW = new Session(Idle.START, "", "", 0, false);

  /** How far a conversation is. */
  sealed interface Step {}

  /** Between two messages: before EHLO, or after. */
  enum Idle implements Step {
    START,
    READY
  }

  /**
   * AUTH waits for an answer.
   *
   * @param name the user's name; empty unless only the password is asked for
   */
  record Login(Asked asked, String name) implements Step {
    enum Asked {
      BOTH(""),
      NAME("Username:"),
      PASSWORD("Password:");

      final String question;

      Asked(String question) {
        this.question = question;
      }
    }
  }

  /** The envelope of a message. */
  record Mail(String sender, List<String> recipients) implements Step {
    Mail {
      recipients = List.copyOf(recipients);
    }
  }

  /**
   * The text of a message arrives.
   *
   * @param file the path of the file that has the text so far; empty when nothing is kept
   * @param size the octets so far
   * @param refusal the reply that the message will get; empty as long as nothing is wrong with it
   */
  record Text(Mail mail, String file, long size, String refusal) implements Step {}

  Session at(Step next) {
    return new Session(next, client, user, mistakes, leaving);
  }

  Session of(String newClient) {
    return new Session(Idle.READY, newClient, user, mistakes, leaving);
  }

  Session loggedIn(String newUser) {
    return new Session(Idle.READY, client, newUser, mistakes, leaving);
  }

  Session withMistakes(int count) {
    return new Session(step, client, user, count, leaving);
  }

  Session leavingSoon() {
    return new Session(step, client, user, mistakes, true);
  }

  /** The parts, in types of the JDK: they outlive this bundle. A drain asks each handler itself. */
  List<Object> export() {
    var parts = new ArrayList<Object>(List.of(client, user, mistakes));
    parts.addAll(
        switch (step) {
          case Idle idle -> List.of(idle.name());
          case Login login -> List.of("login", login.asked().name(), login.name());
          case Mail mail -> List.of("mail", mail.sender(), mail.recipients());
          case Text text -> {
            Mail mail = text.mail();
            yield List.of(
                "text", mail.sender(), mail.recipients(), text.file(), text.size(), text.refusal());
          }
        });
    return parts;
  }

  /**
   * @param parts exported by {@link #export}, perhaps of another version
   * @throws RuntimeException when they are something else
   */
  static Session imported(List<?> parts) {
    String name = (String) parts.get(3);
    Step step =
        switch (name) {
          case "login" ->
              new Login(Login.Asked.valueOf((String) parts.get(4)), (String) parts.get(5));
          case "mail" -> mail(parts);
          case "text" ->
              new Text(
                  mail(parts), (String) parts.get(6), (Long) parts.get(7), (String) parts.get(8));
          default -> Idle.valueOf(name);
        };
    return new Session(
        step, (String) parts.get(0), (String) parts.get(1), (Integer) parts.get(2), false);
  }

  private static Mail mail(List<?> parts) {
    List<?> recipients = (List<?>) parts.get(5);
    return new Mail((String) parts.get(4), recipients.stream().map(String.class::cast).toList());
  }
}
