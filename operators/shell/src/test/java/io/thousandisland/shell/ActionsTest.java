// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.Drained;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ActionsTest {

  private final FixedServer mail = new FixedServer("mail");
  private final FixedServer echo = new FixedServer("echo");
  private final Servers servers = new Servers();
  private final Gogo shell = new Gogo(new Actions(servers));

  @BeforeEach
  void bind() {
    servers.bindServer(mail);
    servers.bindServer(echo);
  }

  @AfterEach
  void close() {
    shell.close();
  }

  @Test
  void eachCommandReachesTheServerNamedAndNoOther() throws Exception {
    for (String command :
        List.of(
            "suspend echo",
            "resume echo",
            "retry echo",
            "drain echo",
            "drain echo --now",
            "drain echo 4",
            "roll echo",
            "drainGeneration echo 2",
            "drainConnection echo 9",
            "drainAddress echo 10.0.0.0/8",
            "await echo --at-most 3 --within 5s",
            "cut echo")) {
      shell.run("ti:" + command);
    }
    assertThat(echo.told())
        .containsExactly(
            "suspend",
            "resume",
            "retry",
            "drain",
            "drain after PT0S",
            "drain 4",
            "rolling",
            "generation 2",
            "connection 9",
            "address 10.0.0.0/8",
            "await within PT5S",
            "cut generation 2");
    assertThat(mail.told()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "drain echo, draining server echo: 3 connections",
    "drain echo 4, draining acceptor 4 of server echo: 1 connection",
    "drain echo 5, draining acceptor 5 of server echo: 0 connections",
    "roll echo, 'draining the acceptors of server echo, one after the other: 3 connections'",
    "drainGeneration echo 1, draining generation 1 of server echo: 2 connections",
    "drainConnection echo 9, 'draining connection 9 of server echo, from 127.0.0.1:50000: 1 connection'",
    "drainAddress echo ::1, draining address ::1 of server echo: 0 connections",
    "suspend echo, 'suspending server echo, which keeps 3 connections'",
    "cut echo, cutting short 1 drain of server echo: 0 connections"
  })
  void commandSaysHowManyConnectionsItTouches(String command, String said) throws Exception {
    shell.run("ti:" + command);
    assertThat(shell.printed()).containsExactly(said);
  }

  @Test
  void drainReportsWhatCameOfIt() throws Exception {
    assertThat(shell.run("ti:drain echo"))
        .isEqualTo("5 migrated, 3 graceful, 1 forced, lingering threads: t1, t2, took 1234 ms");
    assertThat(shell.run("ti:drain echo 1"))
        .isEqualTo("0 migrated, 0 graceful, 0 forced, lingering threads: none, took 0 ms");
  }

  @Test
  void v13AwaitSaysHowManyConnectionsThereAreAndWhetherThatIsWanted() throws Exception {
    assertThat(shell.run("ti:await echo --at-most 3")).isEqualTo("server echo has 3 connections");
    assertThat(shell.run("ti:await echo --at-least 4"))
        .isEqualTo("not reached: server echo has 3 connections");
    assertThat(shell.run("ti:await echo --at-least 3 --at-most 3"))
        .isEqualTo("server echo has 3 connections");
  }

  @Test
  void l7DrainWithoutANameDrainsNobody() {
    assertThatThrownBy(() -> shell.run("ti:drain"))
        .hasMessage(
            "too few arguments; usage: ti:drain NAME [--now], ti:drain NAME ACCEPTOR,"
                + " or ti:drain --all [--now] for every server");
    assertThat(echo.told()).isEmpty();
    assertThat(mail.told()).isEmpty();
  }

  @Test
  void drainOfAllDrainsEachAndReportsIt() throws Exception {
    assertThat(shell.run("ti:drain --all").lines())
        .hasSize(2)
        .allMatch(line -> line.matches("(echo|mail): 5 migrated, 3 graceful, .*"));
    assertThat(shell.printed())
        .containsExactly(
            "draining server echo: 3 connections", "draining server mail: 3 connections");
    assertThat(echo.told()).containsExactly("drain");
    assertThat(mail.told()).containsExactly("drain");
  }

  @Test
  void drainOfAllWithoutServersSaysSo() throws Exception {
    servers.unbindServer(echo);
    servers.unbindServer(mail);
    assertThat(shell.run("ti:drain --all")).startsWith("no servers: ");
  }

  @Test
  void allServersBeginToDrainBeforeAnyIsWaitedFor() throws Exception {
    var slow = List.of(new SlowServer("slow one", mail), new SlowServer("slow two", mail));
    slow.forEach(servers::bindServer);
    var report = CompletableFuture.supplyAsync(() -> unchecked("ti:drain --all"));
    for (SlowServer server : slow) {
      assertThat(server.asked.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(report).isNotDone();
    assertThat(shell.printed()).hasSize(4); // printed before the wait
    slow.forEach(server -> server.result.complete(Drained.NOTHING));
    assertThat(report.get(20, TimeUnit.SECONDS).lines()).hasSize(4);
  }

  private String unchecked(String command) {
    try {
      return shell.run(command);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Ctrl-C, on the only console there is. */
  @Test
  void waitForADrainCanBeInterruptedAndTheDrainGoesOn() throws Exception {
    var slow = new SlowServer("slow", mail);
    servers.bindServer(slow);
    var actions = new Actions(servers);
    var said = new CompletableFuture<String>();
    Thread console =
        Thread.ofVirtual().start(() -> said.complete(actions.drain(shell.session(), "slow")));
    assertThat(slow.asked.await(20, TimeUnit.SECONDS)).isTrue();
    console.interrupt();
    assertThat(said.get(20, TimeUnit.SECONDS)).startsWith("interrupted; the drain goes on");
    assertThat(slow.result).isNotDone();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "drain ehco            | no server named ehco; did you mean echo? there are echo, mail",
        "drain ecko            | no server named ecko; did you mean echo? there are echo, mail",
        "drain echo 99         | no acceptor 99 in server echo; there are 1 to 10",
        "drain echo 0          | no acceptor 0 in server echo; there are 1 to 10",
        "drain echo many       | acceptor is many; allowed: a whole number",
        "drain echo 1 2        | too many arguments; usage: ti:drain NAME [--now], ti:drain NAME ACCEPTOR, or ti:drain --all [--now] for every server",
        "drain echo 1 --now    | too many arguments; usage: ti:drain NAME [--now], ti:drain NAME ACCEPTOR, or ti:drain --all [--now] for every server",
        "drain --all 1         | too many arguments; usage: ti:drain NAME [--now], ti:drain NAME ACCEPTOR, or ti:drain --all [--now] for every server",
        "drainGeneration echo  | too few arguments; usage: ti:drainGeneration NAME GENERATION",
        "drainGeneration echo 7| no generation 7 in server echo; there are 1, 2",
        "drainConnection echo x| connection is x; allowed: a whole number",
        "drainConnection echo 1| no connection 1 in server echo; see ti:connections",
        "await echo            | no number to wait for; usage: ti:await NAME --at-most N or --at-least N [--within 30s]",
        "await echo --at-most x| --at-most is x; allowed: a whole number, 0 or more",
        "await echo --at-mots 1| no option --at-mots; did you mean --at-most?",
        "await echo --at-most  | --at-most takes one value; usage: ti:await NAME --at-most N or --at-least N [--within 30s]",
        "await echo --at-most 1 --within 5 | --within is 5; allowed: a whole number with the unit ms, s, m or h, as in 500ms or 15s",
        "drainAddress echo     | too few arguments; usage: ti:drainAddress NAME ADDRESS",
        "roll                  | too few arguments; usage: ti:roll NAME",
        "cut                   | too few arguments; usage: ti:cut NAME",
        "suspend echo mail     | too many arguments; usage: ti:suspend NAME",
        "retry nobody          | no server named nobody; there are echo, mail"
      })
  void wrongArgumentsAreAnsweredInOneClearLine(String command, String answer) {
    assertThatThrownBy(() -> shell.run("ti:" + command)).hasMessage(answer);
    assertThat(shell.printed()).isEmpty();
    assertThat(echo.told()).isEmpty();
    assertThat(mail.told()).isEmpty();
  }
}
