// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.gateway;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection to the backend, as one client's handler uses it.
 *
 * <p>A socket belongs to the callbacks of its connection, so no other thread may write to the
 * client. Two virtual threads write to the backend and read from it, in blocking style. Between
 * them and the handler are two short queues:
 *
 * <pre>
 *   client ──▶ handleData ──▶ [up] ──▶ writer ──▶ backend
 *   client ◀── handleMessage ◀── [down] ◀── reader ◀── backend
 * </pre>
 *
 * <p>Both queues are bounded, so a side that does not read slows the other side down, and a tunnel
 * holds 128 KiB at most. While the handler waits for room in {@code up} it still sends what comes
 * {@code down}: a backend that answers while it is being asked would otherwise wait for us, and we
 * for it.
 *
 * <p>Thread: {@link #write} and {@link #read} are those of the two threads; the others are the
 * handler's.
 */
final class Tunnel {

  /** The message that the handler gets when there is something to {@link #receive}. */
  static final Object NEWS = "news of the backend";

  private static final int CHUNK = 16 * 1024;
  private static final int CHUNKS = 4;

  /** A destination of bytes that waits until they are taken, and may fail. */
  interface Sink {
    void take(ByteBuffer bytes) throws IOException;
  }

  /** A step that may fail. */
  interface Step {
    void run() throws IOException;
  }

  private final SocketChannel backend;
  private final int sendTimeout;
  private final Runnable tell;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // ---- guarded by lock

  /** Bytes for the backend. */
  private final Deque<ByteBuffer> up = new ArrayDeque<>();

  /** When the backend last took bytes, in the time of {@link System#nanoTime}. */
  private long tookAt;

  /** Bytes for the client. */
  private final Deque<ByteBuffer> down = new ArrayDeque<>();

  /** Whether the client sends no more. */
  private boolean upEnds;

  /** Whether the backend takes no more: it has all, or has stopped reading. */
  private boolean upEnded;

  /** Whether the backend sends no more. */
  private boolean downEnds;

  /** Whether the client knows that. */
  private boolean downEnded;

  /** Not null when the backend broke. */
  private @Nullable IOException broken;

  /** Whether the handler was told, and has not received since. */
  private boolean told;

  /** Whether the client's connection is over. */
  private boolean over;

  /**
   * @param backend connected and blocking; the tunnel closes it
   * @param sendTimeout how long the backend may take no bytes while the handler waits for that, in
   *     milliseconds
   * @param tell sends {@link #NEWS} to the handler
   */
  Tunnel(SocketChannel backend, int sendTimeout, Runnable tell) {
    this.backend = backend;
    this.sendTimeout = sendTimeout;
    this.tell = tell;
  }

  /**
   * @param number the number of the client's connection, which the threads are named after
   */
  void start(long number) {
    Thread unusedWriter = Thread.ofVirtual().name("gateway up " + number).start(this::write);
    Thread unusedReader = Thread.ofVirtual().name("gateway down " + number).start(this::read);
  }

  // ---- the handler's side

  /**
   * Sends all of {@code data} to the backend. Waits for room; meanwhile the client may get bytes,
   * and the end behind them.
   *
   * @throws SocketTimeoutException when the backend took nothing within the send timeout
   */
  void send(ByteBuffer data, Sink client, Step endOfClientsInput)
      throws IOException, InterruptedException {
    while (data.hasRemaining()) {
      var chunk = ByteBuffer.allocate(Math.min(data.remaining(), CHUNK));
      chunk.put(data.slice(data.position(), chunk.capacity())).flip();
      data.position(data.position() + chunk.capacity());
      while (!offer(chunk)) {
        passDown(client, endOfClientsInput);
      }
    }
  }

  /** Puts {@code chunk} into the queue; or false, when the client is to get something before. */
  private boolean offer(ByteBuffer chunk) throws SocketTimeoutException, InterruptedException {
    lock.lock();
    try {
      long began = System.nanoTime();
      while (up.size() == CHUNKS && !upEnded && !isMoreForTheClient()) {
        long unused = changed.awaitNanos(patience(tookAt - began > 0 ? tookAt : began));
      }
      if (upEnded) {
        return true; // nobody reads it; what the backend has sent still counts
      }
      if (up.size() == CHUNKS) {
        return false;
      }
      up.add(chunk);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How long to wait on for a backend that takes nothing, in nanoseconds; more than 0. A wait
   * without an end would keep a client that has gone: the server reads nothing from it meanwhile.
   *
   * @param since when the wait began, or when the backend took bytes after that
   */
  private long patience(long since) throws SocketTimeoutException {
    long left = TimeUnit.MILLISECONDS.toNanos(sendTimeout) - (System.nanoTime() - since);
    if (left <= 0) {
      throw new SocketTimeoutException("the backend took no bytes for " + sendTimeout + " ms");
    }
    return left;
  }

  /**
   * Sends the client what has come from the backend, its end included. After some bytes the rest
   * has to wait for the next {@link #NEWS}: the client may have something to say as well.
   *
   * @return whether both sides have ended
   * @throws IOException when the backend broke, or the client did
   */
  boolean receive(Sink client, Step endOfClientsInput) throws IOException {
    locked(() -> told = false); // first: what comes after this is told again
    for (int i = 0; i < CHUNKS; i++) {
      passDown(client, endOfClientsInput);
    }
    lock.lock();
    try {
      if (isMoreForTheClient()) {
        news();
      } else if (broken != null) {
        throw broken;
      }
      return downEnded && upEnded;
    } finally {
      lock.unlock();
    }
  }

  /** Sends the client the next bytes; or the end, when that comes next; or nothing. */
  private void passDown(Sink client, Step endOfClientsInput) throws IOException {
    ByteBuffer next = next();
    if (next != null) {
      client.take(next);
    } else if (downEndsNow()) {
      endOfClientsInput.run();
    }
  }

  /** Guarded by lock. */
  private boolean isMoreForTheClient() {
    return !down.isEmpty() || (downEnds && !downEnded && broken == null);
  }

  private @Nullable ByteBuffer next() {
    lock.lock();
    try {
      changed.signalAll();
      return down.poll();
    } finally {
      lock.unlock();
    }
  }

  private boolean downEndsNow() {
    lock.lock();
    try {
      boolean now = down.isEmpty() && isMoreForTheClient();
      downEnded |= now;
      return now;
    } finally {
      lock.unlock();
    }
  }

  /** The client sends no more. */
  void end() {
    locked(() -> upEnds = true);
  }

  /**
   * The client's connection is over. The backend's connection ends, too. Unless both sides have
   * ended before, it ends by a reset, so that the backend does not take what it has for the whole.
   */
  void close() {
    try (backend) {
      if (!isWhole()) {
        backend.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException e) {
      // the backend was faster
    }
    locked(() -> over = true); // only now: a writer that finds it ends the backend's stream
  }

  /** Whether both sides have ended, and each knows of the other's end. */
  boolean isWhole() {
    lock.lock();
    try {
      return downEnded && upEnded;
    } finally {
      lock.unlock();
    }
  }

  // ---- the writer's and the reader's side

  private void write() {
    try {
      for (ByteBuffer chunk; (chunk = awaitUp()) != null; ) {
        while (chunk.hasRemaining()) {
          int unused = backend.write(chunk);
          locked(() -> tookAt = System.nanoTime());
        }
      }
      backend.shutdownOutput();
    } catch (IOException e) {
      // The backend reads no more. It may have sent something before, which the reader finds.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    }
    locked(() -> upEnded = true);
    news();
  }

  /** The next bytes for the backend; null when there will be none. */
  private @Nullable ByteBuffer awaitUp() throws InterruptedException {
    lock.lock();
    try {
      while (up.isEmpty() && !upEnds && !over) {
        changed.await();
      }
      changed.signalAll();
      return up.poll();
    } finally {
      lock.unlock();
    }
  }

  private void read() {
    try {
      var buffer = ByteBuffer.allocate(CHUNK);
      while (backend.read(buffer) >= 0) {
        awaitRoomDown(buffer.flip());
        news();
        buffer = ByteBuffer.allocate(CHUNK);
      }
    } catch (IOException e) {
      locked(() -> broken = e); // a reset, or our own end of the connection
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    }
    locked(() -> downEnds = true);
    news();
  }

  private void awaitRoomDown(ByteBuffer chunk) throws InterruptedException {
    lock.lock();
    try {
      while (down.size() == CHUNKS && !over) {
        changed.await();
      }
      down.add(chunk);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void news() {
    lock.lock();
    try {
      if (!told && !over) {
        told = true;
        tell.run(); // never waits
      }
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
