// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.examples.chat.rooms.MemoryRooms;
import io.thousandisland.handler.SocketRef;
import io.thousandisland.testing.TestClient;
import io.thousandisland.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatHandlerTest {

  private final MemoryRooms rooms = new MemoryRooms();

  @AutoClose private TestServer server;

  @BeforeEach
  void serve() throws Exception {
    server =
        TestServer.serving(new ChatHandler(rooms))
            .set("option.history", "2")
            .set("readTimeout", "60s")
            .start();
  }

  /** A connection of another server with the same rooms. */
  private static final class Somebody implements SocketRef {
    @Override
    public long id() {
      return 1;
    }

    @Override
    public boolean tell(Object message) {
      return true;
    }

    @Override
    public void close() {}

    @Override
    public boolean open() {
      return true;
    }
  }

  /** Comes into the lobby, and takes a name. */
  private TestClient come(String name) throws IOException {
    return come(server, name);
  }

  private static TestClient come(TestServer server, String name) throws IOException {
    TestClient client = server.connect();
    assertThat(client.line()).startsWith("! Commands are");
    client.send("/nick " + name + "\n");
    awaitLine(client, "is " + name + " now.");
    return client;
  }

  /** Reads lines up to the one with this end. */
  private static void awaitLine(TestClient client, String end) throws IOException {
    String line = "";
    while (line != null && !line.endsWith(end)) {
      line = client.line();
    }
    assertThat(line).endsWith(end);
  }

  @Test
  void lineGoesToEverybodyInTheRoomAndToNobodyElse() throws Exception {
    try (var ann = come("ann");
        var bob = come("bob");
        var cid = come("cid")) {
      awaitLine(ann, "is cid now.");
      cid.send("/join den\n");
      awaitLine(ann, "* cid has left.");
      awaitLine(bob, "* cid has left.");
      awaitLine(cid, "* cid is here.");
      assertThat(ann.ask("hello")).isEqualTo("ann: hello");
      assertThat(bob.line()).isEqualTo("ann: hello");
      assertThat(cid.ask("alone")).isEqualTo("cid: alone");
      assertThat(cid.ask("/who")).isEqualTo("* In den: cid");
      assertThat(bob.ask("/who")).isEqualTo("* In lobby: ann, bob");
    }
  }

  @Test
  void newcomerReadsTheLastLinesAsTheOptionSays() throws Exception {
    try (var ann = come("ann")) {
      for (int i = 0; i < 5; i++) {
        assertThat(ann.ask("line " + i)).isEqualTo("ann: line " + i);
      }
      try (var bob = server.connect()) {
        assertThat(bob.line()).startsWith("!");
        assertThat(bob.line()).isEqualTo("ann: line 3");
        assertThat(bob.line()).isEqualTo("ann: line 4");
        assertThat(bob.line()).matches("\\* guest\\d+ is here\\.");
      }
    }
  }

  @Test
  void nameIsTheLabel() throws Exception {
    try (var ann = come("ann")) {
      ann.ask("/who"); // the callback that set the label is over
      assertThat(server.server().connections().getFirst().label()).isEqualTo("ann");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/nick bob | ! bob is somebody else.",
        "/nick a b | ! A name has 1 to 20 letters, digits, _ or -.",
        "/nick     | ! A name has 1 to 20 letters, digits, _ or -.",
        "/join ../ | ! A name has 1 to 20 letters, digits, _ or -.",
        "/join lobby | ! You are in lobby.",
        "/dance    | ! Commands are /nick NAME, /join ROOM, /who and /quit.",
      })
  void wrongCommandIsExplainedAndChangesNothing(String command, String reply) throws Exception {
    try (var bob = come("bob");
        var ann = come("ann")) {
      assertThat(ann.ask(command)).isEqualTo(reply);
      assertThat(ann.ask("/who")).isEqualTo("* In lobby: ann, bob");
      awaitLine(bob, "is ann now.");
    }
  }

  @Test
  void controlCharactersDoNotReachOtherTerminals() throws Exception {
    try (var ann = come("ann")) {
      assertThat(ann.ask("\u001b[2Jred\u0007\u009b31m\r")).isEqualTo("ann: [2Jred31m");
    }
  }

  @Test
  void lineThatIsTooLongEndsItsConnectionAndTheOthersAreToldSo() throws Exception {
    try (var bob = come("bob");
        var ann = come("ann")) {
      ann.send("/nick anne\n" + "x".repeat(1001));
      assertThat(new String(ann.readToEnd(), StandardCharsets.UTF_8))
          .contains("! A line has 1000 bytes at most.\n");
      awaitLine(bob, "* anne has left.");
    }
  }

  @Test
  void quitAndResetAreTold() throws Exception {
    try (var ann = come("ann")) {
      try (var bob = come("bob")) {
        bob.send("/quit\n");
        bob.readToEnd();
      }
      awaitLine(ann, "* bob has left.");
      come("cid").reset();
      awaitLine(ann, "* cid has left.");
      assertThat(ann.ask("/who")).isEqualTo("* In lobby: ann");
    }
  }

  @Test
  void floodOfOneReachesTheOthersWithoutALineMissing() throws Exception {
    String flood =
        IntStream.range(0, 500).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    try (var ann = come("ann");
        var bob = come("bob")) {
      awaitLine(ann, "is bob now.");
      ann.send(flood);
      for (int i = 0; i < 500; i++) {
        assertThat(bob.line()).isEqualTo("ann: line " + i);
        assertThat(ann.line()).isEqualTo("ann: line " + i);
      }
    }
  }

  /** Its connection ends by the send timeout, and until then nobody waits for it. */
  @Test
  void guestWhoNeverReadsHoldsUpNobody() throws Exception {
    String padding = "x".repeat(900);
    try (var impatient =
            TestServer.serving(new ChatHandler(rooms)).set("sendTimeout", "500ms").start();
        var ann = come(impatient, "ann");
        var bob = come(impatient, "bob");
        var deaf = new Socket()) {
      awaitLine(ann, "is bob now.");
      deaf.setReceiveBufferSize(4096);
      deaf.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), impatient.port()));
      deaf.getOutputStream().write("/nick deaf\n".getBytes(StandardCharsets.UTF_8));
      awaitLine(ann, "is deaf now.");
      awaitLine(bob, "is deaf now.");
      boolean left = false;
      for (int i = 0; !left; i++) {
        String line = i + padding;
        ann.send(line + "\n");
        left = reads(bob, line) | reads(ann, line);
      }
      assertThat(ann.ask("/who")).doesNotContain("deaf");
    }
  }

  /** Reads up to a line that somebody says; returns whether the deaf guest has left before. */
  private static boolean reads(TestClient client, String said) throws IOException {
    boolean left = false;
    for (String line = client.line(); ; line = client.line()) {
      if (line != null && line.endsWith(": " + said)) {
        return left;
      }
      assertThat(line).isEqualTo("* deaf has left.");
      left = true;
    }
  }

  @Test
  void conversationGoesOnWithTheNextVersionInTheMiddleOfALine() throws Exception {
    try (var ann = come("ann");
        var bob = come("bob")) {
      awaitLine(ann, "is bob now.");
      ann.send("half a ");
      assertThat(server.withdraw().migrated()).isEqualTo(2);
      ann.send("line\n");
      server.serve(new ChatHandler(rooms));
      assertThat(ann.line()).isEqualTo("ann: half a line");
      assertThat(bob.line()).isEqualTo("ann: half a line");
      assertThat(bob.ask("/who")).isEqualTo("* In lobby: ann, bob");
    }
  }

  @Test
  void lineThatIsSaidWhileNoHandlerServesIsReadAfterwards() throws Exception {
    try (var ann = come("ann")) {
      server.withdraw();
      rooms.say("lobby", "another server: hello");
      server.serve(new ChatHandler(rooms));
      assertThat(ann.line()).isEqualTo("another server: hello");
      assertThat(ann.ask("once")).isEqualTo("ann: once");
    }
  }

  @Test
  void membersEnterRoomsThatAreNewThemselves() throws Exception {
    try (var ann = come("ann");
        var bob = come("bob")) {
      awaitLine(ann, "is bob now.");
      server.replace(new ChatHandler(new MemoryRooms()));
      assertThat(ann.ask("/who")).startsWith("* In lobby: ann"); // ann has entered
      assertThat(bob.ask("/who")).isEqualTo("* In lobby: ann, bob");
      assertThat(bob.ask("hello")).isEqualTo("bob: hello");
      assertThat(ann.line()).isEqualTo("bob: hello");
    }
  }

  @Test
  void memberWhoseNameIsTakenInNewRoomsStartsAsANewcomer() throws Exception {
    var others = new MemoryRooms();
    others.enter("lobby", "ann", new Somebody(), 0);
    try (var ann = come("ann")) {
      server.replace(new ChatHandler(others));
      assertThat(ann.line()).startsWith("! Commands are");
      assertThat(ann.line()).matches("\\* guest\\d+ is here\\.");
    }
  }

  @Test
  void linesBeforeACommandAreReadBeforeItsReply() throws Exception {
    try (var ann = come("ann")) {
      ann.send("hello\n/who\nbye\n/quit\n");
      assertThat(new String(ann.readToEnd(), StandardCharsets.UTF_8))
          .isEqualTo("ann: hello\n* In lobby: ann\nann: bye\n");
    }
  }

  @Test
  void guestOfAnotherServerKeepsItsName() throws Exception {
    for (int i = 0; i < 10; i++) {
      rooms.enter("lobby", "guest" + i, new Somebody(), 0);
    }
    try (var client = server.connect()) {
      awaitLine(client, "* guest10 is here.");
    }
  }
}
