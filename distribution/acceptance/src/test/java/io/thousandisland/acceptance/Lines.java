// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines that another process has written so far.
 *
 * <p>Thread: a thread of its own reads the lines, so that the process never waits for its reader.
 * Any thread may ask.
 */
public final class Lines {

  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  private Lines() {}

  public static Lines of(InputStream stream) {
    var lines = new Lines();
    Thread.ofPlatform().daemon().name("lines").start(() -> lines.read(stream));
    return lines;
  }

  private void read(InputStream stream) {
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (this) {
          lines.add(line);
          notifyAll();
        }
      }
    } catch (IOException killed) {
      // the lines that it wrote before count
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  public synchronized List<String> all() {
    return List.copyOf(lines);
  }

  /** All lines, as soon as there can be no more. */
  public synchronized List<String> whole() throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!ended) {
      waitUntil(deadline, "the end");
    }
    return all();
  }

  /** The first line in which the pattern is found. */
  public synchronized MatchResult await(String regex, Duration limit) throws InterruptedException {
    Pattern pattern = Pattern.compile(regex);
    long deadline = System.nanoTime() + limit.toNanos();
    for (int next = 0; ; next++) {
      while (next == lines.size()) {
        if (ended) {
          throw new AssertionError("ended without " + regex + ":\n" + String.join("\n", lines));
        }
        waitUntil(deadline, regex);
      }
      Matcher matcher = pattern.matcher(lines.get(next));
      if (matcher.find()) {
        return matcher;
      }
    }
  }

  private void waitUntil(long deadline, String what) throws InterruptedException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new AssertionError("still no " + what + ":\n" + String.join("\n", lines));
    }
    wait(millis);
  }
}
