// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.examples.smtp.Commands.After;
import io.thousandisland.examples.smtp.Commands.Reply;
import io.thousandisland.examples.smtp.Session.Idle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands as a connection over TLS sees them: AUTH, and the state behind STARTTLS. */
class CommandsTest {

  @TempDir Path home;

  private Path users;
  private Commands commands;
  private Session session = Session.NEW;

  @BeforeEach
  void write() throws IOException {
    users = Files.write(home.resolve("users"), List.of("ann:secret:1", "bob:", "", ":"));
    commands = commands(Config.SMALL.withUsers(users));
  }

  private static Commands commands(Config config) {
    return new Commands(config, new Logins(config), new Messages(config, new AtomicLong()));
  }

  /** The reply over TLS; the session goes on, as it would behind an update. */
  private String ask(String line) {
    Reply reply = commands.obey(line, session, true);
    session = Session.imported(reply.next().export());
    assertThat(session).isEqualTo(reply.next());
    return reply.text().strip();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  @Test
  void authIsOfferedOverTlsOnlyAndStartTlsOnlyBefore() {
    assertThat(commands.obey("EHLO me", session, false).text())
        .contains("STARTTLS")
        .doesNotContain("AUTH");
    assertThat(commands.obey("EHLO me", session, true).text())
        .contains("250 AUTH PLAIN LOGIN\r\n")
        .doesNotContain("STARTTLS");
    Session greeted = commands.obey("EHLO me", session, false).next();
    assertThat(commands.obey("AUTH PLAIN", greeted, false).text()).startsWith("538");
    assertThat(commands.obey("STARTTLS", greeted, true).text()).startsWith("503");
  }

  @Test
  void nothingOfClearTextIsKnownBehindStartTls() {
    Session greeted = commands.obey("EHLO me", session, false).next();
    Reply reply = commands.obey("STARTTLS", greeted, false);
    assertThat(reply.text()).startsWith("220");
    assertThat(reply.after()).isEqualTo(After.START_TLS);
    assertThat(reply.next()).isEqualTo(Session.NEW);
    assertThat(commands.obey("MAIL FROM:<a@test>", reply.next(), true).text()).startsWith("503");
  }

  @Test
  void plainAndLoginLogAUserIn() {
    String plain = base64("\0ann\0secret:1");
    ask("EHLO me");
    assertThat(ask("AUTH PLAIN " + plain)).startsWith("235");
    assertThat(session.user()).isEqualTo("ann");
    assertThat(ask("AUTH PLAIN " + plain)).startsWith("503");

    session = Session.NEW;
    ask("EHLO me");
    assertThat(ask("auth plain")).isEqualTo("334");
    assertThat(ask(plain)).startsWith("235");

    session = Session.NEW;
    ask("EHLO me");
    assertThat(ask("AUTH LOGIN")).isEqualTo("334 VXNlcm5hbWU6");
    assertThat(ask(base64("ann"))).isEqualTo("334 UGFzc3dvcmQ6");
    assertThat(ask(base64("secret:1"))).startsWith("235");

    session = Session.NEW;
    ask("EHLO me");
    assertThat(ask("AUTH LOGIN " + base64("bob"))).startsWith("334");
    assertThat(ask("")).as("an empty password").startsWith("235");
    assertThat(session.user()).isEqualTo("bob");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0ann\0wrong",
        "\0ann\0secret:1 ",
        "\0ann:secret\0001",
        "\0nobody\0",
        "\0\0",
        "bob\0ann\0secret:1",
        "ann\0secret:1",
        "\0ann\0secret:1\0",
        ""
      })
  void otherNamesAndPasswordsDoNot(String said) {
    ask("EHLO me");
    assertThat(ask("AUTH PLAIN " + (said.isEmpty() ? "=" : base64(said)))).startsWith("535");
    assertThat(session.user()).isEmpty();
    assertThat(session.step()).isEqualTo(Idle.READY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "no base64", "QUIT\n", "===="})
  void answerThatIsNoBase64GivesUp(String said) {
    ask("EHLO me");
    ask("AUTH LOGIN");
    assertThat(ask(said)).startsWith("501");
    assertThat(session.step()).isEqualTo(Idle.READY);
    assertThat(ask("AUTH CRAM-MD5")).startsWith("504");
    assertThat(ask("MAIL FROM:<ann@test>")).startsWith("250");
    assertThat(ask("AUTH PLAIN")).startsWith("503");
  }

  @Test
  void guessesAreMistakes() {
    ask("EHLO me");
    for (int i = 0; i < 9; i++) {
      assertThat(ask("AUTH PLAIN " + base64("\0ann\0" + i))).doesNotContain("421");
    }
    assertThat(ask("AUTH PLAIN " + base64("\0ann\0last"))).contains("\n421");
  }

  @Test
  void usersFileIsReadAtEachLogin() throws IOException {
    ask("EHLO me");
    Files.write(users, List.of("dan:new"));
    assertThat(ask("AUTH PLAIN " + base64("\0ann\0secret:1"))).startsWith("535");
    assertThat(ask("AUTH PLAIN " + base64("\0dan\0new"))).startsWith("235");
    session = Session.NEW;
    ask("EHLO me");
    Files.delete(users);
    assertThatThrownBy(() -> ask("AUTH PLAIN " + base64("\0dan\0new")))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void noPasswordIsShown() {
    ask("EHLO me");
    ask("AUTH LOGIN " + base64("ann"));
    Reply reply = commands.obey(base64("secret:1"), session, true);
    assertThat(reply.toString() + session.export()).doesNotContain("secret");
  }

  @Test
  void wrongValuesAreRefusedByName() {
    Config small = Config.SMALL;
    assertThatThrownBy(() -> commands(small.withUsers(home.resolve("none"))))
        .hasMessageMatching("usersFile is .*none; allowed: a file that is there.*");
    assertThatThrownBy(() -> commands(small.withFolder(users)))
        .hasMessageMatching("folder is .*users; allowed: a folder that is there.*");
    assertThatThrownBy(() -> commands(small.withSize(0)))
        .hasMessage("maxSize is 0; allowed: 1 or more octets");
    assertThatThrownBy(() -> commands(new Config("a b", "", "", "", 1, 1)))
        .hasMessage("hostName is a b; allowed: a name");
    assertThatThrownBy(() -> commands(new Config("a", "", "", "", 1, 0)))
        .hasMessage("maxRecipients is 0; allowed: 1 or more");
  }
}
