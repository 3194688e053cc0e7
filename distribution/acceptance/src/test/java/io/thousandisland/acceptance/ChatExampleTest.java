// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The example chat with guests that are real {@code nc} programs. The variable {@code TEST_NC}
 * names a folder with the program, as {@code .ci/unpack} prints it.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class ChatExampleTest {

  private static final int UPDATES = 20;
  private static final List<String> NAMES = List.of("ann", "bob", "cid", "dan", "eve");

  /**
   * How many lines one guest may be ahead of the slowest reader. All together are far less than a
   * room keeps, so nobody misses lines.
   */
  private static final int AHEAD = 10;

  private static final Pattern SAID = Pattern.compile("(\\w+): \\d+ of \\1");

  @TempDir Path home;

  private Examples.Tools tools;

  @BeforeEach
  void requireTools() {
    tools = Examples.Tools.of("TEST_NC", ".ci/unpack target/nc netcat-openbsd libbsd0 libmd0");
  }

  @ParameterizedTest
  @EnumSource
  void everybodyReadsEachLineOnceAndInTheSameOrderThroughTwentyUpdates(Framework framework)
      throws Exception {
    Path handler = Examples.jar("chat");
    var chatters = new ArrayList<Chatter>();
    try (var server =
            Examples.launch(framework, home, "chat", "chat-rooms", "option.history = 3").start();
        var control = Control.of(server)) {
      control.install(handler);
      int port = server.port("chat");
      for (String name : NAMES) {
        chatters.add(Chatter.come(name, port, tools));
      }

      List<Integer> said = converse(chatters, control, handler);

      List<String> room = said(chatters.getFirst());
      for (int i = 0; i < NAMES.size(); i++) {
        String name = NAMES.get(i);
        assertThat(room.stream().filter(line -> line.startsWith(name + ":")))
            .as("the lines of %s, each once and in order", name)
            .containsExactlyElementsOf(
                IntStream.range(0, said.get(i)).mapToObj(n -> line(name, n)).toList());
      }
      for (Chatter each : chatters) {
        assertThat(said(each)).as("%s reads what all read", each.name()).isEqualTo(room);
      }
      System.out.printf(
          "%s: %d guests said %,d lines while the handler was updated %d times%n",
          framework, NAMES.size(), room.size(), UPDATES);

      Chatter late = Chatter.come("late", port, tools);
      chatters.add(late);
      assertThat(said(late)).isEqualTo(room.subList(room.size() - 3, room.size()));
      late.say("/who\n");
      late.next(line -> line.equals("* In lobby: ann, bob, cid, dan, eve, late"));
      for (Chatter each : chatters.subList(0, NAMES.size())) {
        each.quit();
        late.next(line -> line.equals("* " + each.name() + " has left."));
      }
      late.quit();
      server.saidNoStackTrace();
    } finally {
      chatters.forEach(Chatter::close);
    }
  }

  /** All talk through the updates; returns how many lines each has said, which all have read. */
  private static List<Integer> converse(List<Chatter> all, Control control, Path handler)
      throws Exception {
    var over = new AtomicBoolean();
    var said = new ArrayList<Integer>();
    try (var talkers = Executors.newFixedThreadPool(all.size())) {
      try {
        List<Future<Integer>> lines =
            all.stream().map(one -> talkers.submit(() -> talk(one, all, over))).toList();
        for (int i = 0; i < UPDATES; i++) {
          control.update(handler);
          awaitOneMoreOfEach(all);
        }
        over.set(true);
        for (Future<Integer> each : lines) {
          said.add(each.get());
        }
      } finally {
        over.set(true);
      }
    }
    for (Chatter reader : all) {
      for (int i = 0; i < all.size(); i++) {
        reader.awaitCount(all.get(i).name(), said.get(i));
      }
    }
    return said;
  }

  /** Says lines, each in two pieces, so that updates come in the middle of some. */
  private static int talk(Chatter one, List<Chatter> all, AtomicBoolean over) throws Exception {
    int said = 0;
    for (; !over.get(); said++) {
      for (Chatter each : all) {
        each.awaitCount(one.name(), said - AHEAD);
      }
      one.say(said + " ");
      one.say("of " + one.name() + "\n");
    }
    return said;
  }

  private static String line(String name, int number) {
    return name + ": " + number + " of " + name;
  }

  private static void awaitOneMoreOfEach(List<Chatter> all) throws InterruptedException {
    for (Chatter reader : all) {
      for (Chatter speaker : all) {
        reader.awaitCount(speaker.name(), reader.count(speaker.name()) + 1);
      }
    }
  }

  private static List<String> said(Chatter reader) {
    return reader.heard().stream().filter(SAID.asMatchPredicate()).toList();
  }
}
