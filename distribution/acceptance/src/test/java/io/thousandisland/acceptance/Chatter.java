// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A guest of the example chat: a real {@code nc}, at whose keyboard the test sits.
 *
 * <p>Thread: a thread of its own reads the lines. Any thread may say or wait.
 */
final class Chatter implements AutoCloseable {

  private final String name;
  private final Process nc;
  private final OutputStream keyboard;

  /** Guarded by this. */
  private final List<String> heard = new ArrayList<>();

  /** How many lines each guest has said. Guarded by this. */
  private final Map<String, Integer> counts = new HashMap<>();

  /** How many of the heard lines {@link #next} has looked at. Guarded by this. */
  private int seen;

  /** Guarded by this. */
  private boolean ended;

  private Chatter(String name, Process nc) {
    this.name = name;
    this.nc = nc;
    this.keyboard = nc.getOutputStream();
  }

  /** Comes into the lobby, and takes the name. */
  static Chatter come(String name, int port, Examples.Tools tools) throws Exception {
    ProcessBuilder nc = tools.run("nc.openbsd", "127.0.0.1", "" + port).redirectErrorStream(true);
    var chatter = new Chatter(name, nc.start());
    Thread.ofPlatform().daemon().name("ears of " + name).start(chatter::listen);
    try {
      chatter.say("/nick " + name + "\n");
      chatter.next(line -> line.endsWith(" is " + name + " now."));
    } catch (Throwable e) {
      chatter.close();
      throw e;
    }
    return chatter;
  }

  private void listen() {
    try (var lines =
        new BufferedReader(new InputStreamReader(nc.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        hear(line);
      }
    } catch (IOException killed) {
      // the lines before count
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  private synchronized void hear(String line) {
    heard.add(line);
    int colon = line.indexOf(": ");
    if (colon > 0) {
      counts.merge(line.substring(0, colon), 1, Integer::sum);
    }
    notifyAll();
  }

  String name() {
    return name;
  }

  /** Types a text, which may be a part of a line. */
  void say(String text) throws IOException {
    keyboard.write(text.getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
  }

  /** The lines so far. */
  synchronized List<String> heard() {
    return List.copyOf(heard);
  }

  /** How many lines of a guest it has heard so far. */
  synchronized int count(String guest) {
    return counts.getOrDefault(guest, 0);
  }

  /** Waits until it has heard so many lines of a guest. */
  synchronized void awaitCount(String guest, int count) throws InterruptedException {
    long deadline = deadline();
    while (count(guest) < count) {
      waitForMore(deadline, count + " lines of " + guest);
    }
  }

  /** Waits for the next line that is wanted, behind the line that was found last. */
  synchronized String next(Predicate<String> wanted) throws InterruptedException {
    long deadline = deadline();
    for (; ; seen++) {
      while (seen == heard.size()) {
        waitForMore(deadline, "a line");
      }
      if (wanted.test(heard.get(seen))) {
        return heard.get(seen++);
      }
    }
  }

  private static long deadline() {
    return System.nanoTime() + ServerProcess.PATIENCE.toNanos();
  }

  private synchronized void waitForMore(long deadline, String what) throws InterruptedException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (ended || millis <= 0) {
      List<String> last = heard.subList(Math.max(0, heard.size() - 20), heard.size());
      throw new AssertionError(
          name + " waits in vain for " + what + ". The last lines:\n" + String.join("\n", last));
    }
    wait(millis);
  }

  /** Leaves; the program then ends by itself. */
  void quit() throws IOException, InterruptedException {
    say("/quit\n");
    keyboard.close();
    assertThat(nc.waitFor(30, TimeUnit.SECONDS)).as("the nc of %s ends", name).isTrue();
    assertThat(nc.exitValue()).isZero();
  }

  @Override
  public void close() {
    nc.destroyForcibly();
  }
}
