// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A peer that sends lines without end, and reads a few bytes a second or none. The peer is in
 * position when it could send nothing for a while: the server waits for it.
 *
 * <p>Thread: its own thread sends; another one reads.
 */
final class Pusher implements Hostile {

  /** A small receive buffer, so that the server's sends fill it soon. */
  private static final int RECEIVE_BUFFER = 4096;

  private static final long STILL = TimeUnit.MILLISECONDS.toNanos(300);
  private static final int READS_A_SECOND = 10;

  private final Peers peers;
  private final int bytesPerSecond;
  private volatile long lastSent; // nanoTime; read by Peers
  private final AtomicInteger connects = new AtomicInteger();
  private volatile boolean connected; // read by Peers
  private volatile boolean gone; // read by its threads
  private volatile AutoCloseable socket = () -> {}; // closed by the caller of go()

  Pusher(Peers peers, int bytesPerSecond) {
    this.peers = peers;
    this.bytesPerSecond = bytesPerSecond;
  }

  @Override
  public void run() {
    byte[] line = ("push " + "x".repeat(1000) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    while (!gone) {
      try (var mine = new Socket()) {
        mine.setReceiveBufferSize(RECEIVE_BUFFER);
        mine.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), peers.port()));
        socket = mine;
        if (bytesPerSecond > 0) {
          Thread.ofPlatform().daemon().name("slow reader").start(() -> read(mine));
        }
        lastSent = System.nanoTime();
        connects.incrementAndGet();
        connected = true;
        while (!gone) {
          mine.getOutputStream().write(line);
          lastSent = System.nanoTime();
        }
      } catch (IOException closed) {
        LockSupport.parkNanos(10_000_000);
      }
      connected = false;
    }
  }

  private void read(Socket mine) {
    var some = new byte[bytesPerSecond / READS_A_SECOND];
    try {
      while (mine.getInputStream().read(some) >= 0) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / READS_A_SECOND);
      }
      mine.close(); // the server has closed its side: the sending thread shall notice
    } catch (IOException closed) {
      // the sending thread has noticed too
    }
  }

  @Override
  public boolean inPosition() {
    return connected && System.nanoTime() - lastSent > STILL;
  }

  @Override
  public int connects() {
    return connects.get();
  }

  @Override
  public void go() {
    gone = true;
    try {
      socket.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "pushes, reads " + bytesPerSecond + " bytes a second";
  }
}
