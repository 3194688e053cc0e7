// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * A peer whose callback does not return. The peer asks for such a callback, and waits for the end
 * of the connection.
 *
 * <p>A peer that makes the server compute comes back only when it is called, after the update.
 * Until then the thread of its last callback still computes, and two such threads take all the
 * processors of a small machine.
 *
 * <p>Thread: its own.
 */
final class Holder implements Hostile {

  private final Peers peers;
  private final String mood;
  private final boolean onlyWhenCalled;
  private final Semaphore calls = new Semaphore(0);
  private volatile boolean inPosition; // read by Peers
  private volatile boolean gone; // read by its thread
  private volatile AutoCloseable line = () -> {}; // closed by the caller of go()

  Holder(Peers peers, String mood, boolean onlyWhenCalled) {
    this.peers = peers;
    this.mood = mood;
    this.onlyWhenCalled = onlyWhenCalled;
  }

  @Override
  public void run() {
    while (!gone) {
      if (onlyWhenCalled) {
        calls.acquireUninterruptibly();
        if (gone) {
          return;
        }
      }
      try (var mine = new Line(peers.port())) {
        line = mine;
        mine.patience(0);
        mine.say(mood);
        inPosition = mine.hear().equals(mood);
        mine.hear();
      } catch (IOException closed) {
        LockSupport.parkNanos(10_000_000);
      }
      inPosition = false;
    }
  }

  @Override
  public boolean inPosition() {
    return inPosition;
  }

  @Override
  public void again() {
    if (onlyWhenCalled && !inPosition && calls.availablePermits() == 0) {
      calls.release();
    }
  }

  @Override
  public void go() {
    gone = true;
    calls.release();
    try {
      line.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "callback: " + mood;
  }
}
