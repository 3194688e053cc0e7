// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that means well: a numbered line, its reply, a short pause, again and again. It compares
 * every byte. A connection that ends is counted and replaced.
 *
 * <p>A talker keeps its connection; a visitor makes a new one for each line. Thread: its own.
 */
final class Honest implements Runnable {

  private static final String PADDING = "abcdefghijklmnopqrstuvwxyz".repeat(20);
  private static final long PAUSE = 10_000_000;

  private final Peers peers;
  private final String name;
  private final boolean visits;

  /** Read by {@link Peers}. */
  volatile long replies;

  private long sent;
  private long count;
  private long last = System.nanoTime();

  Honest(Peers peers, String name, boolean visits) {
    this.peers = peers;
    this.name = name;
    this.visits = visits;
  }

  @Override
  public void run() {
    while (true) {
      try (var line = new Line(peers.port())) {
        count = 0;
        int version = ask(line, 0);
        while (!visits) {
          version = ask(line, version);
        }
      } catch (ConnectException e) {
        peers.tally().refused();
        LockSupport.parkNanos(PAUSE);
      } catch (IOException e) {
        peers.tally().closed();
        System.out.println(name + ": " + e);
      } catch (RuntimeException e) {
        peers.tally().wrong();
        System.out.println(name + ": wrong: " + e);
      }
    }
  }

  private int ask(Line line, int version) throws IOException {
    String text = name + "/" + sent + PADDING.substring(0, (int) (sent % 500));
    sent++;
    count++;
    long asked = System.nanoTime();
    line.say(text);
    Reply reply = Reply.of(line.hear());
    long now = System.nanoTime();
    if (!reply.answers(text, count, version)) {
      throw new IllegalStateException(reply + " to " + text + ", the " + count + "th");
    }
    if (visits) {
      peers.tally().visited(reply.version(), now - last);
    } else {
      peers.tally().talked(reply.version(), now - asked, now - last);
    }
    last = now;
    replies++;
    LockSupport.parkNanos(PAUSE); // busy, but below the limit of the machine
    return reply.version();
  }
}
