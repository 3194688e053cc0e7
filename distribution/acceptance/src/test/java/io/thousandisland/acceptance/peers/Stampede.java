// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Many {@link Guest}s of a server, in a process of their own. Each line of input is a number and a
 * command; the answer is a line with that number. The process ends with its input.
 *
 * <ul>
 *   <li>{@code guests N}: so many guests begin.
 *   <li>{@code phase MILLIS}: counts from 0; guests now wait that long for their first reply.
 *       Answered when each guest has begun an act in the new phase.
 *   <li>{@code figures}: the counts of this phase, as {@link Outcomes} writes them.
 *   <li>{@code leave}: the guests end their acts, and go; answered when all have gone.
 * </ul>
 *
 * <p>Thread: the main thread obeys; each guest has a virtual thread.
 */
public final class Stampede {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(100);

  private final int port;
  private final long seed;
  private final List<Guest> guests = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile Phase phase = new Phase(1_000); // read by the guests

  private Stampede(int port, long seed) {
    this.port = port;
    this.seed = seed;
  }

  public static void main(String[] args) throws IOException {
    var stampede = new Stampede(Integer.parseInt(args[0]), Long.parseLong(args[1]));
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", 3);
      int number = words.length > 2 ? Integer.parseInt(words[2]) : 0;
      System.out.println(words[0] + " " + stampede.obey(words[1], number));
    }
    System.exit(0);
  }

  int port() {
    return port;
  }

  Phase phase() {
    return phase;
  }

  void replied(Phase when) {
    when.outcomes().replied();
  }

  private String obey(String command, int number) {
    return switch (command) {
      case "guests" -> {
        begin(number);
        yield "ok";
      }
      case "phase" -> {
        phase = new Phase(number);
        yield awaitPhase();
      }
      case "figures" -> phase.outcomes().toString();
      case "leave" -> {
        phase = new Phase(phase.outcomes(), phase.patienceMillis(), true);
        yield awaitGone();
      }
      default -> "no such command";
    };
  }

  private void begin(int count) {
    for (int i = 0; i < count; i++) {
      var guest = new Guest(this, guests.size(), seed);
      guests.add(guest);
      threads.add(Thread.ofVirtual().start(guest));
    }
  }

  private String awaitPhase() {
    long deadline = System.nanoTime() + PATIENCE;
    Phase now = phase;
    for (Guest guest : guests) {
      while (guest.phase() != now) {
        if (System.nanoTime() - deadline > 0) {
          return "a guest is still busy with an act of the phase before";
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
    return "ok";
  }

  private String awaitGone() {
    long deadline = System.nanoTime() + PATIENCE;
    try {
      for (Thread thread : threads) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        thread.join(Math.max(1, left));
        if (thread.isAlive()) {
          return "a guest does not leave";
        }
      }
    } catch (InterruptedException e) {
      return "interrupted";
    }
    guests.clear();
    threads.clear();
    return "ok";
  }
}
