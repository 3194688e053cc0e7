// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import io.thousandisland.examples.smtp.Session.Idle;
import io.thousandisland.examples.smtp.Session.Login;
import io.thousandisland.examples.smtp.Session.Mail;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands of RFC 5321: a line and a {@link Session} give a {@link Reply} and the next session.
 *
 * <p>Thread: any.
 */
final class Commands {

  static final byte[] CRLF = {'\r', '\n'};

  private static final int MOST_MISTAKES = 10;

  private static final Pattern NAME = Pattern.compile("[!-~]{1,255}");

  /** An address and parameters behind it. Neither has a character that could end a line. */
  private static final String PATH = " ?<([!-~&&[^<>]]*)>((?: [!-~]+)*)";

  private static final Pattern FROM = Pattern.compile("(?i)FROM:" + PATH);
  private static final Pattern TO = Pattern.compile("(?i)TO:" + PATH);

  /** How the connection goes on after a reply. */
  enum After {
    GO_ON,
    CLOSE,
    START_TLS
  }

  /**
   * A reply.
   *
   * @param text its lines, each with its end; empty when there is nothing to say yet
   * @param next the session that it leads to
   */
  record Reply(String text, Session next, After after) {

    static Reply of(String line, Session next) {
      return new Reply(line + "\r\n", next, After.GO_ON);
    }

    static Reply none(Session next) {
      return new Reply("", next, After.GO_ON);
    }

    static Reply last(String line, Session next) {
      return new Reply(line + "\r\n", next, After.CLOSE);
    }
  }

  private final String hostName;
  private final String startTls;
  private final int maxRecipients;
  private final Logins logins;
  private final Messages messages;

  /**
   * @throws IllegalArgumentException when a value is wrong; the message names its key
   */
  Commands(SmtpConfig config, Logins logins, Messages messages) {
    hostName = config.hostName();
    startTls = config.startTls();
    maxRecipients = config.maxRecipients();
    SmtpHandler.check("hostName", hostName, NAME.matcher(hostName).matches(), "a name");
    SmtpHandler.check("maxRecipients", maxRecipients, maxRecipients > 0, "1 or more");
    this.logins = logins;
    this.messages = messages;
  }

  /** Obeys a line: a command, or an answer that AUTH waits for. */
  Reply obey(String line, Session now, boolean secure) {
    Reply reply =
        now.step() instanceof Login login
            ? logins.answer(line, login, now)
            : command(line.split(" ", 2), now, secure);
    int mistakes = reply.text().startsWith("5") ? now.mistakes() + 1 : 0;
    return mistakes < MOST_MISTAKES
        ? new Reply(reply.text(), reply.next().withMistakes(mistakes), reply.after())
        : Reply.last(reply.text() + "421 too many mistakes", reply.next());
  }

  private Reply command(String[] words, Session now, boolean secure) {
    String argument = words.length == 2 ? words[1].strip() : "";
    return switch (words[0].toUpperCase(Locale.ROOT)) {
      case "EHLO" -> hello(argument, now, extensions(secure));
      case "HELO" -> hello(argument, now, List.of());
      case "STARTTLS" -> startTls(argument, now, secure);
      case "AUTH" -> logins.begin(argument, now, secure);
      case "MAIL" -> mail(argument, now);
      case "RCPT" -> recipient(argument, now);
      case "DATA" -> data(now);
      case "RSET" -> Reply.of("250 OK", now.step() == Idle.START ? now : now.at(Idle.READY));
      case "NOOP" -> Reply.of("250 OK", now);
      case "VRFY" -> Reply.of("252 send it a message", now);
      case "QUIT" -> Reply.last("221 bye", now);
      default -> Reply.of("500 unknown command", now);
    };
  }

  /** Greets, and forgets a message that was begun. */
  private Reply hello(String client, Session now, List<String> extensions) {
    if (!NAME.matcher(client).matches()) {
      return Reply.of("501 a name, please", now);
    }
    var lines = new ArrayList<>(extensions);
    lines.addFirst(hostName + " greets " + client);
    String last = "250 " + lines.removeLast();
    lines.replaceAll(line -> "250-" + line + "\r\n");
    return Reply.of(String.join("", lines) + last, now.of(client));
  }

  private List<String> extensions(boolean secure) {
    var all = new ArrayList<>(List.of("SIZE " + messages.maxSize(), "8BITMIME", "PIPELINING"));
    if (!secure && !startTls.isEmpty()) {
      all.add("STARTTLS");
    }
    if (logins.isOffered(secure)) {
      all.add("AUTH PLAIN LOGIN");
    }
    return all;
  }

  /** RFC 3207: all that was learned in clear text is forgotten. */
  private Reply startTls(String argument, Session now, boolean secure) {
    if (startTls.isEmpty()) {
      return Reply.of("502 no STARTTLS here", now);
    }
    if (secure || now.step() != Idle.READY) {
      return Reply.of("503 not now", now);
    }
    return argument.isEmpty()
        ? new Reply("220 go ahead\r\n", Session.NEW, After.START_TLS)
        : Reply.of("501 no argument, please", now);
  }

  private Reply mail(String argument, Session now) {
    Matcher path = FROM.matcher(argument);
    if (now.step() != Idle.READY) {
      return Reply.of(now.step() == Idle.START ? "503 EHLO first" : "503 not now", now);
    }
    if (!path.matches()) {
      return Reply.of("501 MAIL FROM:<somebody@somewhere>", now);
    }
    for (String parameter : path.group(2).strip().split(" ", -1)) {
      String name = parameter.toUpperCase(Locale.ROOT);
      if (!name.matches("|SIZE=\\d{1,20}|BODY=7BIT|BODY=8BITMIME|AUTH=.+")) {
        return Reply.of("555 unknown parameter", now);
      }
      if (name.startsWith("SIZE=") && messages.isTooLarge(new BigInteger(name.substring(5)))) {
        return Reply.of("552 at most " + messages.maxSize() + " octets", now);
      }
    }
    return Reply.of("250 OK", now.at(new Mail(path.group(1), List.of())));
  }

  private Reply recipient(String argument, Session now) {
    if (!(now.step() instanceof Mail mail)) {
      return Reply.of("503 MAIL first", now);
    }
    Matcher path = TO.matcher(argument);
    if (!path.matches() || path.group(1).isEmpty()) {
      return Reply.of("501 RCPT TO:<somebody@somewhere>", now);
    }
    if (!path.group(2).isEmpty()) {
      return Reply.of("555 unknown parameter", now);
    }
    if (mail.recipients().size() >= maxRecipients) {
      return Reply.of("452 too many recipients", now);
    }
    var more = new ArrayList<>(mail.recipients());
    more.add(path.group(1));
    return Reply.of("250 OK", now.at(new Mail(mail.sender(), more)));
  }

  private Reply data(Session now) {
    return now.step() instanceof Mail mail && !mail.recipients().isEmpty()
        ? Reply.of("354 go ahead; a dot alone ends it", now.at(messages.begin(mail)))
        : Reply.of("503 MAIL and RCPT first", now);
  }
}
