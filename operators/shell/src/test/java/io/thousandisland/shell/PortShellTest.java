// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs with Gogo itself and real sockets. */
@Timeout(60)
class PortShellTest {

  /** The streams of the process: a command that outlives its test uses them, too. */
  private static final ThreadIOImpl streams = new ThreadIOImpl();

  private final CommandProcessorImpl gogo = new CommandProcessorImpl(streams);
  private final PortShell shell = new PortShell(gogo);
  private final Sayings sayings = new Sayings();

  /** The commands of these tests. */
  public static final class Sayings {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch enough = new CountDownLatch(1);

    public String hello(String name) {
      return "hello " + name;
    }

    public void print(String text) {
      System.out.println(text);
    }

    public void fail() {
      throw new IllegalStateException("as it should");
    }

    public String await() throws InterruptedException {
      begun.countDown();
      enough.await();
      return "waited";
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Client(Socket socket, BufferedReader answers) implements AutoCloseable {
    static Client of(PortShell shell) throws IOException {
      var socket = new Socket(InetAddress.getLoopbackAddress(), shell.port().orElseThrow());
      socket.setSoTimeout(30_000);
      return new Client(
          socket,
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
    }

    Client say(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    String line() throws IOException {
      return answers.readLine();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @BeforeAll
  static void replaceStreams() {
    streams.start();
  }

  @AfterAll
  static void restoreStreams() {
    streams.stop();
  }

  @BeforeEach
  void start() {
    for (String command : List.of("hello", "print", "fail", "await")) {
      gogo.addCommand("t", sayings, command);
    }
    shell.open(gogo, "0", () -> {});
  }

  @AfterEach
  void stop() throws IOException {
    sayings.enough.countDown();
    shell.close();
  }

  @Test
  void lineWithoutAnEndTakesNoMoreMemoryThanALineMayHave() throws Exception {
    try (var client = Client.of(shell)) {
      client.say("x".repeat(PortSession.LONGEST + 1));

      assertThat(client.line())
          .isEqualTo("a line may have at most 65536 characters; this session ends");
      assertThat(client.line()).isNull();
    }
    try (var other = Client.of(shell)) {
      assertThat(other.say("t:hello x\n").line()).isEqualTo("hello x");
    }
  }

  @Test
  void lineIsACommandAndItsAnswerFollows() throws Exception {
    try (var client = Client.of(shell)) {
      assertThat(client.say("t:hello Zoë\r\n").line()).isEqualTo("hello Zoë");
      assertThat(client.say("\n  t:print printed\n").line()).isEqualTo("printed");
    }
  }

  @Test
  void whatACommandThrowsIsItsAnswerAndTheSessionGoesOn() throws Exception {
    try (var client = Client.of(shell)) {
      assertThat(client.say("t:fail\n").line()).isEqualTo("IllegalStateException: as it should");
      assertThat(client.say("t:none\n").line()).contains("Command not found: t:none");
      assertThat(client.say("t:hello you\n").line()).isEqualTo("hello you");
    }
  }

  @Test
  void endOfInputEndsTheSessionWhenAllIsAnswered() throws Exception {
    try (var client = Client.of(shell)) {
      client.say("t:await\nt:hello you");
      client.socket().shutdownOutput();
      sayings.begun.await();
      sayings.enough.countDown();

      assertThat(client.line()).isEqualTo("waited");
      assertThat(client.line()).isEqualTo("hello you");
      assertThat(client.line()).isNull();
    }
  }

  @Test
  void exitEndsItsOwnSessionOnly() throws Exception {
    for (String goodbye : List.of("exit", "exit 0", "quit", "logout")) {
      try (var one = Client.of(shell);
          var other = Client.of(shell)) {
        assertThat(one.say(goodbye + "\n").line()).isNull();
        assertThat(other.say("t:hello you\n").line()).isEqualTo("hello you");
      }
    }
  }

  @Test
  void sessionsDoNotWaitForOneAnother() throws Exception {
    try (var slow = Client.of(shell);
        var quick = Client.of(shell)) {
      slow.say("t:await\n");
      sayings.begun.await();
      assertThat(quick.say("t:hello you\n").line()).isEqualTo("hello you");
    }
  }

  @Test
  void moreSessionsThanAnybodyNeedsAreRefused() throws Exception {
    var clients = new ArrayList<Client>();
    try {
      for (int i = 0; i < PortShell.MOST_SESSIONS; i++) {
        clients.add(Client.of(shell));
        assertThat(clients.getLast().say("t:hello you\n").line()).isEqualTo("hello you");
      }
      try (var surplus = Client.of(shell)) {
        assertThat(surplus.line()).isEqualTo("there are 16 sessions already");
        assertThat(surplus.line()).isNull();
      }
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  /** A form that a browser sends to this port may hold commands. */
  @Test
  void requestOfABrowserEndsTheSession() throws Exception {
    try (var browser = Client.of(shell)) {
      browser.say("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nt:await\r\n");
      assertThat(endOf(browser)).isTrue();
      assertThat(sayings.begun.getCount()).as("command was not run").isOne();
    }
  }

  /** True at the end of the connection, which is a reset when lines are unread. */
  private static boolean endOf(Client client) throws IOException {
    try {
      return client.line() == null;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  @Test
  void otherMachinesCannotReachIt() throws Exception {
    try (var client = Client.of(shell)) {
      assertThat(client.socket().getInetAddress().isLoopbackAddress()).isTrue();
      try (var sameNumber = new ServerSocket()) {
        // this would fail if the shell had the wildcard address
        sameNumber.setReuseAddress(false);
        sameNumber.bind(new java.net.InetSocketAddress("127.0.0.2", shell.port().orElseThrow()));
      }
    }
  }

  @Test
  void closedShellEndsItsSessions() throws Exception {
    try (var client = Client.of(shell)) {
      assertThat(client.say("t:hello you\n").line()).isEqualTo("hello you");
      shell.close();
      assertThat(endOf(client)).isTrue();
    }
  }

  @Test
  void whoComesBeforeGogosOwnCommandsIsServedOnceTheyAreThere() throws Exception {
    var there = new CountDownLatch(1);
    var early = new PortShell(gogo);
    early.open(gogo, "0", () -> awaitQuietly(there));
    try (var client = Client.of(early)) {
      client.say("own:hello you\n");
      gogo.addCommand("own", sayings, "hello");
      there.countDown();
      assertThat(client.line()).isEqualTo("hello you");
    } finally {
      early.close();
    }
  }

  @Test
  void portThatIsInUseIsNoReasonToFail() throws Exception {
    var second = new PortShell(gogo);
    second.open(gogo, "" + shell.port().orElseThrow(), () -> {});
    second.open(gogo, "abc", () -> {});
    second.open(gogo, "70000", () -> {});
    assertThat(second.port()).isEmpty();
  }
}
