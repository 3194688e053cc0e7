package io.thousandisland.examples.gateway;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
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
 * <p>Thread: {@link #send}, {@link #receive} and {@link #end} are the handler's; the others any.
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
  private final Runnable tell;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // ---- guarded by lock

  /** Bytes for the backend. */
  private final Deque<ByteBuffer> up = new ArrayDeque<>();

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

  private Tunnel(SocketChannel backend, Runnable tell) {
    this.backend = backend;
    this.tell = tell;
  }

  /**
   * @param backend connected and blocking; the tunnel closes it
   * @param tell sends {@link #NEWS} to the handler
   * @param number of the client's connection, for the names of threads
   */
  static Tunnel start(SocketChannel backend, Runnable tell, long number) {
    var tunnel = new Tunnel(backend, tell);
    Thread unusedWriter = Thread.ofVirtual().name("gateway up " + number).start(tunnel::write);
    Thread unusedReader = Thread.ofVirtual().name("gateway down " + number).start(tunnel::read);
    return tunnel;
  }

  // ---- the handler's side

  /**
   * Sends all of {@code data} to the backend. Waits for room; meanwhile the client may get bytes.
   */
  void send(ByteBuffer data, Sink client) throws IOException, InterruptedException {
    while (data.hasRemaining()) {
      var chunk = ByteBuffer.allocate(Math.min(data.remaining(), CHUNK));
      chunk.put(data.slice(data.position(), chunk.capacity())).flip();
      data.position(data.position() + chunk.capacity());
      for (ByteBuffer first; (first = offerOrReceive(chunk)) != null; ) {
        client.take(first);
      }
    }
  }

  /**
   * Puts {@code chunk} into the queue: null. Or returns the bytes that the client is to get before.
   */
  private @Nullable ByteBuffer offerOrReceive(ByteBuffer chunk) throws InterruptedException {
    lock.lock();
    try {
      while (up.size() == CHUNKS && down.isEmpty() && !upEnded) { // the writer goes on, or ends
        changed.await();
      }
      if (upEnded) { // nobody reads it; what the backend has sent still counts
        return null;
      }
      if (up.size() < CHUNKS) {
        up.add(chunk);
        changed.signalAll();
        return null;
      }
      changed.signalAll();
      return down.poll();
    } finally {
      lock.unlock();
    }
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
      ByteBuffer next = next();
      if (next != null) {
        client.take(next);
      }
    }
    if (downEndsNow()) {
      endOfClientsInput.run();
    }
    lock.lock();
    try {
      if (!down.isEmpty()) {
        news();
      } else if (broken != null) {
        throw broken;
      }
      return downEnded && upEnded;
    } finally {
      lock.unlock();
    }
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
      boolean now = downEnds && down.isEmpty() && !downEnded && broken == null;
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

  /** Both sides have ended. */
  void close() {
    locked(() -> over = true);
    try {
      backend.close();
    } catch (IOException e) {
      return; // both sides have all bytes
    }
  }

  /** Ends the backend's connection in the middle, so that the backend notices: by a reset. */
  void breakOff() {
    try (backend) {
      backend.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      // the backend was faster
    }
    locked(() -> over = true);
  }

  // ---- the writer's and the reader's side

  private void write() {
    try {
      for (ByteBuffer chunk; (chunk = awaitUp()) != null; ) {
        while (chunk.hasRemaining()) {
          int unused = backend.write(chunk);
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
