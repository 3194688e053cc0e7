// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.util.concurrent.TimeUnit;

/**
 * An output stream that keeps no writer waiting. A queue takes the written bytes, and a thread
 * passes them on to a stream that may stand still or fail. Lines that the queue cannot take are
 * dropped and counted.
 *
 * <p>After the process has ended, nothing is passed on any more. So while it ends, writers wait
 * until their bytes are passed on, or until their total patience is used up.
 *
 * <p>Thread: any thread may write. A thread of its own passes the bytes on.
 */
final class DroppingOutput extends OutputStream {
  private static final int CAPACITY = 1 << 20;
  private static final long PATIENCE_MILLIS = 1000;

  /** After this time a failed stream is tried again, though nothing new was written. */
  private static final long RETRY_MILLIS = 1000;

  private final OutputStream stream;

  /** Guards itself and all fields below. No thread holds it while the stream is written to. */
  private final LineQueue queue;

  /** The thread has taken a part from the queue, and is passing it on now. */
  private boolean writing;

  /** The stream has failed, and nothing was written since. */
  private boolean failed;

  private boolean ending;

  /** How long writers will wait while the process ends. */
  private long patienceNanos;

  DroppingOutput(OutputStream stream, int capacity, long patienceMillis) {
    this.stream = stream;
    this.queue = new LineQueue(capacity);
    this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
  }

  /** Sets one stream in front of standard output, and one in front of standard error. */
  static void install() throws UnsupportedEncodingException {
    System.setOut(inFrontOf(FileDescriptor.out, "stdout"));
    System.setErr(inFrontOf(FileDescriptor.err, "stderr"));
  }

  @SuppressWarnings("JdkObsolete") // its successor is not in Java 8
  private static PrintStream inFrontOf(FileDescriptor descriptor, String name)
      throws UnsupportedEncodingException {
    DroppingOutput output =
        new DroppingOutput(new FileOutputStream(descriptor), CAPACITY, PATIENCE_MILLIS);
    output.start(name);
    Runtime.getRuntime().addShutdownHook(new Thread(output::end, "end of " + name));
    String encoding =
        System.getProperty(name + ".encoding", Charset.defaultCharset().name()); // since Java 19
    return new PrintStream(output, true, encoding);
  }

  void start(String name) {
    Thread thread = new Thread(this::writeOn, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] written, int offset, int length) {
    synchronized (queue) {
      queue.add(written, offset, length);
      failed = false;
      queue.notifyAll();
      if (ending) {
        awaitWritten();
      }
    }
  }

  /** From now on writers wait. */
  void end() {
    synchronized (queue) {
      ending = true;
      awaitWritten();
    }
  }

  /**
   * Waits until nothing is left, patience is used up, or the stream fails. The caller holds the
   * lock.
   */
  private void awaitWritten() {
    long start = System.nanoTime();
    try {
      while (!failed && (writing || !queue.isEmpty())) {
        long left = patienceNanos - (System.nanoTime() - start);
        if (left <= 0) {
          break;
        }
        TimeUnit.NANOSECONDS.timedWait(queue, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    patienceNanos -= System.nanoTime() - start;
  }

  private void writeOn() {
    try {
      for (; ; ) {
        byte[] part = next();
        String trouble = writeOn(part);
        done(part, trouble);
      }
    } catch (InterruptedException e) {
      // no code interrupts this thread
    }
  }

  private byte[] next() throws InterruptedException {
    synchronized (queue) {
      if (failed) {
        queue.wait(RETRY_MILLIS);
      }
      while (queue.isEmpty()) {
        queue.wait();
      }
      writing = true;
      return queue.take();
    }
  }

  /** The reason why the write failed. Empty when it worked. */
  private String writeOn(byte[] part) {
    try {
      stream.write(part);
      stream.flush();
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void done(byte[] part, String trouble) {
    synchronized (queue) {
      writing = false;
      failed = !trouble.isEmpty();
      if (failed) {
        queue.failed(part, trouble);
      } else {
        queue.written();
      }
      queue.notifyAll();
    }
  }
}
