// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LineQueueTest {

  private final LineQueue queue = new LineQueue(8);

  private void add(String text) {
    byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
    queue.add(bytes, 1, bytes.length - 2);
  }

  private String take() {
    return new String(queue.take(), StandardCharsets.UTF_8);
  }

  private String rest() {
    var rest = new StringBuilder();
    while (!queue.isEmpty()) {
      rest.append(take());
      queue.written();
    }
    return rest.toString();
  }

  /** Takes the next part, and reports that it could not be written. */
  private void fail(String why) {
    queue.failed(queue.take(), why);
  }

  @Test
  void whatFitsIsThereInItsOrder() {
    add("a\nb");
    add("c");
    add("\nd\n");

    assertThat(rest()).isEqualTo("a\nbc\nd\n");
  }

  @Test
  void beginningOfALineIsThereBeforeItsEnd() {
    add("g! ");

    assertThat(take()).isEqualTo("g! ");
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void lineThatDoesNotFitIsDroppedAndCountedInItsPlace() {
    add("1234567\n");
    add("x\n");

    assertThat(rest()).isEqualTo("1234567\n1 line was dropped, because nobody read the console\n");
    add("y\n");
    assertThat(rest()).isEqualTo("y\n");
  }

  @Test
  void onceOneIsDroppedAllAreUntilTheQueueIsEmpty() {
    add("123\n");
    add("4567\n");
    add("8\n");
    take();
    add("9\n");

    assertThat(take()).startsWith("3 lines were dropped");
    add("10\n");
    assertThat(rest()).isEqualTo("10\n");
  }

  @Test
  void lineOfManyPartsIsDroppedAsAWhole() {
    add("12");
    add("34");
    add("56789");
    add("0");
    add("\n");

    assertThat(rest()).startsWith("1 line was dropped");
  }

  @Test
  void lineWhoseBeginningIsTakenEndsThere() {
    add("12");
    take();
    add("3");
    add("456789");
    add("0\n");

    assertThat(take()).isEqualTo("\n");
    assertThat(rest()).isEqualTo("1 line was dropped, because nobody read the console\n");
  }

  @Test
  void restOfADroppedLineIsDroppedAfterTheNotice() {
    add("1234567");
    add("89");
    assertThat(rest()).startsWith("1 line was dropped");

    add("0");
    add("\nx\n");

    assertThat(rest()).isEqualTo("x\n");
  }

  @Test
  void whatCouldNotBeWrittenIsCountedInItsPlaceWithTheReason() {
    add("a\nb\n");
    fail("disk is full");

    assertThat(rest()).isEqualTo("\n1 line was dropped: disk is full\nb\n");
    add("c\n");
    assertThat(rest()).isEqualTo("c\n");
  }

  @Test
  void noticeThatCouldNotBeWrittenIsKept() {
    add("a\n");
    fail("disk is full");
    fail("disk is full");
    add("b\n");
    fail("no hope");

    assertThat(rest()).isEqualTo("\n1 line was dropped: no hope\nb\n");
  }

  @Test
  void restOfALineThatCouldNotBeWrittenIsDropped() {
    add("a");
    add("b\nc\n");
    fail("disk is full");
    assertThat(rest()).isEqualTo("\n1 line was dropped: disk is full\nc\n");

    add("d");
    fail("disk is full");
    add("e");
    add("\nf\n");
    assertThat(rest()).isEqualTo("\n1 line was dropped: disk is full\nf\n");
  }
}
