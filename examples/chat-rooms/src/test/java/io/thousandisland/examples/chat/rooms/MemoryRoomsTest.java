// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.chat.rooms;

import static io.thousandisland.examples.chat.rooms.Rooms.MOST_LINES;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.SocketRef;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryRoomsTest {

  private final MemoryRooms rooms = new MemoryRooms();

  private final Connection ann = enter("r", "ann");

  /** A connection that keeps what it was told. */
  private static final class Connection implements SocketRef {
    private final List<Object> told = new ArrayList<>();
    private boolean takes = true;
    private boolean open = true;

    @Override
    public long id() {
      return 1;
    }

    @Override
    public boolean tell(Object message) {
      return takes && told.add(message);
    }

    @Override
    public void close() {
      open = false;
    }

    @Override
    public boolean open() {
      return open;
    }
  }

  private Connection enter(String room, String name) {
    var connection = new Connection();
    assertThat(rooms.enter(room, name, connection, 2)).isTrue();
    return connection;
  }

  private void say(String... lines) {
    for (String line : lines) {
      rooms.say("r", line);
    }
  }

  @Test
  void eachMemberGetsEachLineOnceInOrder() {
    enter("r", "bob");
    say("1", "2");
    assertThat(rooms.news("r", "ann")).containsExactly("1", "2");
    say("3");
    assertThat(rooms.news("r", "ann")).containsExactly("3");
    assertThat(rooms.news("r", "ann")).isEmpty();
    assertThat(rooms.news("r", "bob")).containsExactly("1", "2", "3");
  }

  @Test
  void memberIsToldOnceUntilItFetches() {
    say("1", "2");
    assertThat(ann.told).containsExactly(Rooms.NEWS);
    rooms.news("r", "ann");
    say("3");
    assertThat(ann.told).hasSize(2);
  }

  @Test
  void memberWhoseMailboxIsFullIsToldWithTheNextLine() {
    ann.takes = false;
    say("1");
    ann.takes = true;
    say("2");
    assertThat(ann.told).hasSize(1);
    assertThat(rooms.news("r", "ann")).containsExactly("1", "2");
  }

  @Test
  void newcomerGetsTheLastLinesAsFarAsItAsks() {
    say("1", "2", "3");
    enter("r", "bob");
    say("4");
    assertThat(rooms.news("r", "bob")).containsExactly("2", "3", "4");
  }

  @Test
  void memberThatEntersAgainStaysWhereItIs() {
    say("1");
    rooms.news("r", "ann");
    say("2");
    assertThat(rooms.enter("r", "ann", ann, MOST_LINES)).isTrue();
    assertThat(rooms.news("r", "ann")).containsExactly("2");
  }

  @Test
  void nameOfAnotherOpenConnectionIsTaken() {
    Connection bob = enter("r", "bob");
    assertThat(rooms.enter("r", "ann", bob, 0)).isFalse();
    assertThat(rooms.rename("r", "bob", "ann")).isFalse();
    rooms.leave("r", "ann", bob);
    assertThat(rooms.names("r")).containsExactly("ann", "bob");
    assertThat(rooms.enter("other", "ann", bob, 0)).isTrue();
  }

  @Test
  void memberWithAnotherNameHasItsNews() {
    say("1");
    assertThat(rooms.rename("r", "ann", "ann")).isTrue();
    assertThat(rooms.rename("r", "ann", "anne")).isTrue();
    assertThat(rooms.names("r")).containsExactly("anne");
    assertThat(rooms.news("r", "anne")).containsExactly("1");
    assertThat(rooms.news("r", "ann")).isEmpty();
  }

  @Test
  void memberWhoseConnectionHasEndedWithoutALeaveDoesNotCount() {
    ann.close();
    assertThat(rooms.names("r")).isEmpty();
    Connection second = enter("r", "ann");
    say("1");
    assertThat(ann.told).isEmpty();
    assertThat(second.told).hasSize(1);
  }

  @Test
  void memberThatIsTooFarBehindIsToldHowManyLinesItMissed() {
    IntStream.range(0, MOST_LINES + 3).forEach(i -> say("" + i));
    assertThat(rooms.news("r", "ann"))
        .hasSize(MOST_LINES + 1)
        .startsWith("* You missed 3 lines.", "3")
        .endsWith("" + (MOST_LINES + 2));
  }

  @Test
  void roomIsForgottenWithItsLinesWhenTheLastMemberLeaves() {
    say("1");
    rooms.leave("r", "ann", ann);
    assertThat(rooms.size()).isZero();
    say("to nobody");
    enter("r", "bob");
    assertThat(rooms.news("r", "bob")).isEmpty();
  }

  @Test
  void roomWhoseLastConnectionHasEndedIsForgottenWhenItIsUsedNext() {
    ann.close();
    say("to nobody");
    assertThat(rooms.size()).isZero();
  }

  @Test
  void linesOfManyThreadsReachAllMembersInOneOrder() {
    enter("r", "bob");
    IntStream.range(0, 500).parallel().forEach(i -> say("" + i));
    List<String> lines = rooms.news("r", "ann");
    assertThat(lines).doesNotHaveDuplicates().hasSize(500);
    assertThat(rooms.news("r", "bob")).isEqualTo(lines);
  }
}
