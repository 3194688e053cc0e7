package io.thousandisland.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.Drained;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CommandsTest {

  private final FixedServer mail = new FixedServer("mail");
  private final FixedServer echo = new FixedServer("echo");
  private final Commands commands = new Commands();

  @BeforeEach
  void bind() {
    commands.bindServer(mail);
    commands.bindServer(echo);
  }

  @Test
  void serversAreListedByNameWithEverythingAnOperatorAsksFor() {
    String generations = "1 echo 1.0.0 (2), 2* echo 1.0.1 (1)";
    assertThat(commands.servers().lines())
        .containsExactly(
            "NAME  STATUS   ADDRESS          CONNECTIONS  GENERATIONS                          REASON",
            "echo  RUNNING  /127.0.0.1:7777  3/100        " + generations + "  backlog is 0",
            "mail  RUNNING  /127.0.0.1:7777  3/100        " + generations + "  backlog is 0");
  }

  @Test
  void connectionsAreListedWithTheirBytesAndForAllServersUnderTheirNames() {
    String table =
        """
        ID  REMOTE            ACCEPTOR  GENERATION  RECEIVED  SENT  SINCE
        9   /127.0.0.1:50000  4         2           11        22    2026-01-02T03:04:05Z""";
    assertThat(commands.connections("mail")).isEqualTo(table);
    assertThat(commands.connections()).isEqualTo("echo:\n" + table + "\nmail:\n" + table);
  }

  @Test
  void suspendResumeAndDrainReachTheServerNamedAndNoOther() {
    commands.suspend("echo");
    commands.resume("echo");
    commands.drain("echo", 4);

    assertThat(echo.told()).containsExactly("suspend", "resume", "drain 4");
    assertThat(mail.told()).isEmpty();
  }

  @Test
  void drainReportsWhatCameOfIt() {
    assertThat(commands.drain("echo"))
        .isEqualTo("5 migrated, 3 graceful, 1 forced, lingering threads: t1, t2, took 1234 ms");
    assertThat(commands.drain("echo", 1))
        .isEqualTo("0 migrated, 0 graceful, 0 forced, lingering threads: none, took 0 ms");
  }

  @Test
  void allServersAreDrainedAtOnceAndEachIsReported() {
    assertThat(commands.drain().lines())
        .hasSize(2)
        .allMatch(line -> line.matches("(echo|mail): 5 migrated, 3 graceful, .*"));
    assertThat(echo.told()).containsExactly("drain");
    assertThat(mail.told()).containsExactly("drain");
  }

  @Test
  void partsOfAServerAreDrained() {
    commands.roll("echo");
    commands.drainGeneration("echo", 2);
    commands.drainConnection("echo", 9);
    assertThat(echo.told()).containsExactly("rolling", "generation 2", "connection 9");
  }

  @Test
  void drainsUnderWayAreListed() {
    assertThat(commands.drains().lines().skip(1))
        .hasSize(2)
        .allMatch(line -> line.matches("(echo|mail) +generation 2 +OVER +0 +3 +30 ms"));
  }

  @Test
  void cutEndsThePhaseOfTheDrainsOfTheServerNamedAndOfNoOther() {
    commands.cut("echo");
    assertThat(echo.told()).containsExactly("cut generation 2");
    assertThat(mail.told()).isEmpty();
  }

  @Test
  void allServersBeginToDrainBeforeAnyIsWaitedFor() throws Exception {
    var slow = List.of(new SlowServer("slow one", mail), new SlowServer("slow two", mail));
    slow.forEach(commands::bindServer);
    var report = CompletableFuture.supplyAsync(() -> commands.drain());
    for (SlowServer server : slow) {
      assertThat(server.asked.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(report).isNotDone();
    slow.forEach(server -> server.result.complete(Drained.NOTHING));
    assertThat(report.get(20, TimeUnit.SECONDS).lines()).hasSize(4);
  }

  /** Ctrl-C, on the only console there is. */
  @Test
  void waitForADrainCanBeInterruptedAndTheDrainGoesOn() throws Exception {
    var slow = new SlowServer("slow", mail);
    commands.bindServer(slow);
    var said = new CompletableFuture<String>();
    Thread console = Thread.ofVirtual().start(() -> said.complete(commands.drain("slow")));
    assertThat(slow.asked.await(20, TimeUnit.SECONDS)).isTrue();
    console.interrupt();
    assertThat(said.get(20, TimeUnit.SECONDS)).startsWith("interrupted; the drain goes on");
    assertThat(slow.result).isNotDone();
  }

  @Test
  void wrongNameIsAnsweredWithThoseThatExist() {
    assertThatThrownBy(() -> commands.drain("ecko"))
        .hasMessage("no server named ecko; there are: [echo, mail]");

    commands.unbindServer(echo);
    assertThatThrownBy(() -> commands.suspend("echo")).hasMessageContaining("there are: [mail]");
  }
}
