// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A busy client. It sends numbered lines without end, and checks each byte of each reply, the order
 * of the replies, and that the count in the handler's state goes on. After a goodbye it connects
 * again.
 */
final class Talker {

  private static final String PADDING = "abcdefghijklmnopqrstuvwxyz".repeat(20);

  private final Door door;
  private final int number;
  private final BooleanSupplier updating;
  final Latencies before = new Latencies();
  final Latencies during = new Latencies();
  long sent;
  long longestGap;

  // read while it talks
  volatile long replies;
  volatile long goodbyes;

  Talker(Door door, int number, BooleanSupplier updating) {
    this.door = door;
    this.number = number;
    this.updating = updating;
  }

  void talk(BooleanSupplier over) throws IOException {
    long last = System.nanoTime();
    while (!over.getAsBoolean()) {
      try (var client = door.open()) {
        long count = 0;
        for (boolean open = true; open && !over.getAsBoolean(); ) {
          String line = number + "/" + sent + PADDING.substring(0, (int) (sent % 500));
          boolean inUpdates = updating.getAsBoolean();
          long asked = System.nanoTime();
          sent++;
          String reply = client.ask(line);
          long now = System.nanoTime();
          if (updating.getAsBoolean()) { // before the updates the code is cold
            longestGap = Math.max(longestGap, now - last);
          }
          last = now;
          if (reply.startsWith("bye ")) {
            require(reply.equals("bye " + count), reply, "bye " + count);
            require(client.line().isEmpty(), "more", "the end");
            goodbyes++;
            open = false;
          } else {
            count++;
            require(isReply(reply, count, line), reply, count + " (a version) " + line);
            replies++;
            (inUpdates ? during : before).add(now - asked);
            LockSupport.parkNanos(2_000_000); // busy, but below the limit of the machine
          }
        }
      }
    }
  }

  static boolean isReply(String reply, long count, String line) {
    String head = count + " v";
    int tagEnd = reply.indexOf(' ', head.length());
    return reply.startsWith(head)
        && tagEnd > head.length()
        && reply.substring(tagEnd + 1).equals(line);
  }

  private void require(boolean right, String got, String wanted) {
    if (!right) {
      throw new AssertionError(number + " got <" + got + "> and not <" + wanted + ">");
    }
  }
}
