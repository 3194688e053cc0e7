// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A client that connects, asks once, reads the whole reply and leaves; again and again. */
final class Visitor {

  private final Door door;
  long connects;
  long refused;
  long goodbyes;

  /** Read while the visitor goes on. */
  volatile long replies;

  Visitor(Door door) {
    this.door = door;
  }

  void visit(BooleanSupplier over) throws IOException {
    while (!over.getAsBoolean()) {
      connects++;
      String line = "visit " + connects;
      try (var client = door.open()) {
        String reply = client.ask(line);
        if (reply.equals("bye 0")) {
          goodbyes++;
        } else if (Talker.isReply(reply, 1, line)) {
          replies++;
        } else {
          throw new AssertionError("<" + reply + "> to <" + line + ">");
        }
      } catch (ConnectException e) {
        refused++;
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
