// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DroppingOutputTest {

  /** A console that takes nothing until the test reads it, or that has no room. */
  private static final class Console extends OutputStream {
    final LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch read = new CountDownLatch(1);
    volatile boolean room = true;

    @Override
    public void write(int b) {
      throw new AssertionError("byte by byte");
    }

    @Override
    public void write(byte[] part, int offset, int length) throws IOException {
      boolean refuse = !room; // read before the test goes on, because it makes room then
      asked.countDown();
      if (refuse) {
        throw new IOException("no room");
      }
      try {
        read.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      seen.add(new String(part, offset, length, StandardCharsets.UTF_8));
    }

    String next() throws InterruptedException {
      return seen.poll(30, TimeUnit.SECONDS);
    }
  }

  private final Console console = new Console();
  private DroppingOutput output = new DroppingOutput(console, 10, 60_000);

  @AfterEach
  void letTheThreadGoOn() {
    console.read.countDown();
  }

  private void write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    output.write(bytes, 0, bytes.length);
  }

  @Test
  void promptIsWrittenOnWithoutTheEndOfItsLine() throws Exception {
    console.read.countDown();
    output.start("test");
    write("g! ");
    assertThat(console.next()).isEqualTo("g! ");
  }

  @Test
  void writersGoOnWhileNobodyReadsAndTheCountIsToldLater() throws Exception {
    output.start("test");
    write("first\n");
    console.asked.await();
    write("second\n");
    for (int i = 0; i < 1000; i++) {
      write("third\n");
    }

    console.read.countDown();

    assertThat(console.next()).isEqualTo("first\n");
    assertThat(console.next()).isEqualTo("second\n");
    assertThat(console.next())
        .isEqualTo("1000 lines were dropped, because nobody read the console\n");
  }

  @Test
  void streamThatHasFailedIsTriedAgainWithTheNextLine() throws Exception {
    console.read.countDown();
    console.room = false;
    output.start("test");
    write("lost\n");
    console.asked.await();
    output.end(); // returns after the output has seen the failure

    console.room = true;
    write("found\n");

    assertThat(console.next()).isEqualTo("\n1 line was dropped: no room\n");
    assertThat(console.next()).isEqualTo("found\n");
  }

  @Test
  void streamThatHasFailedIsTriedAgainThoughNothingIsWritten() throws Exception {
    console.read.countDown();
    console.room = false;
    output.start("test");
    write("lost\n");
    console.asked.await();

    console.room = true;

    assertThat(console.next()).isEqualTo("\n1 line was dropped: no room\n");
  }

  @Test
  void atTheEndWritersWaitUntilTheirLineIsWrittenOn() {
    console.read.countDown();
    output.start("test");
    write("before\n");
    output.end();
    assertThat(console.seen).containsExactly("before\n");

    write("after\n");
    assertThat(console.seen).containsExactly("before\n", "after\n");
  }

  @Test
  void atTheEndAllTogetherWaitForAsLongAsTheirPatienceIs() {
    output = new DroppingOutput(console, 10, 1000);
    output.start("test");
    long start = System.nanoTime();
    output.end();
    for (int i = 0; i < 10; i++) {
      write("x\n");
    }

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(5));
  }
}
