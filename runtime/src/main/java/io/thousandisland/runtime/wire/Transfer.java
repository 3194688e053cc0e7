// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.runtime.shared.BufferPool;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file on its way to the peer. It goes the transport's own way, or else through a
 * borrowed buffer, step by step, and holds no buffer between two steps.
 *
 * <p>Thread: the connection's own; for {@link #left} any.
 */
final class Transfer {

  /**
   * The most bytes of one step: a connection whose peer is quick must not keep others from their
   * turns, and the kernel takes any number of bytes in one call.
   */
  private static final long STEP = 1 << 20;

  private final ServerContext context;
  private final FileChannel file;

  /** The file, as errors name it. */
  private final String name;

  /** Whether we have opened the file, and close it. */
  private final boolean opened;

  private final long length;

  /** The offset of the next byte in the file. */
  private long position;

  /** Written by the own thread. */
  private long left;

  /** Whether the last step has left room at the peer, as far as we know. */
  private boolean hasRoom = true;

  /** Unsent bytes that come before this part, ready to be read from; null when there are none. */
  @Nullable ByteBuffer ahead;

  private Transfer(
      ServerContext context,
      FileChannel file,
      String name,
      boolean opened,
      long offset,
      long length) {
    this.context = context;
    this.file = file;
    this.name = name;
    this.opened = opened;
    this.position = offset;
    this.length = length;
    this.left = length;
  }

  /** A part of the caller's file, which stays open. */
  static Transfer of(ServerContext context, FileChannel file, long offset, long length)
      throws IOException {
    requirePart("the file", offset, length, file.size());
    return new Transfer(context, file, "the file", false, offset, length);
  }

  /** A part of a file that is opened now. */
  static Transfer of(ServerContext context, Path path, long offset, long length)
      throws IOException {
    FileChannel file = open(path);
    try {
      requirePart(path.toString(), offset, length, file.size());
      return new Transfer(context, file, path.toString(), true, offset, length);
    } catch (Throwable thrown) {
      file.close();
      throw thrown;
    }
  }

  /** All of a file that is opened now. */
  static Transfer of(ServerContext context, Path path) throws IOException {
    FileChannel file = open(path);
    try {
      return new Transfer(context, file, path.toString(), true, 0, file.size());
    } catch (Throwable thrown) {
      file.close();
      throw thrown;
    }
  }

  /** Looks first: to open a named pipe would wait for its writer. */
  private static FileChannel open(Path path) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new FileSystemException(path.toString(), null, "not a regular file");
    }
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  private static void requirePart(String name, long offset, long length, long size) {
    if (offset < 0 || offset > size) {
      throw new IllegalArgumentException(
          "offset is " + offset + "; allowed: 0 to " + size + ", the length of " + name);
    }
    if (length < 0 || length > size - offset) {
      throw new IllegalArgumentException(
          "length is "
              + length
              + "; allowed: 0 to "
              + (size - offset)
              + ", the bytes of "
              + name
              + " from offset "
              + offset);
    }
  }

  /**
   * Whether the part may become the connection's. The caller's own file may be closed as soon as
   * the call has returned, and a file of a bundle's own kind would keep that bundle's classes.
   */
  boolean mayBeKept() {
    return opened && file.getClass().getClassLoader() == null;
  }

  boolean isSent() {
    return left == 0;
  }

  /** How many bytes are not sent yet. For another thread it may be a moment old. */
  long left() {
    return left;
  }

  /** Whether the next step need not wait for the peer. */
  boolean hasRoom() {
    return hasRoom;
  }

  /**
   * Sends as many bytes as the kernel takes, but not more than one step.
   *
   * @return the bytes taken
   * @throws IOException also when the file has become shorter, or was closed
   */
  long writeTo(TransportSocket socket) throws IOException {
    long most = Math.min(left, STEP);
    long taken;
    try {
      taken = socket.transferFrom(file, position, most);
      if (taken < 0) {
        taken = copyTo(socket, most);
      } else {
        hasRoom = taken == most;
        requireMore(taken);
      }
    } catch (ClosedChannelException e) {
      throw file.isOpen() ? e : new IOException(name + " was closed, " + progress(), e);
    }
    position += taken;
    left -= taken;
    return taken;
  }

  /** The kernel says the same of a socket without room as of a file that has no byte there. */
  private void requireMore(long taken) throws IOException {
    if (taken == 0 && file.size() <= position) {
      throw hasShrunk();
    }
  }

  /** For transports that take bytes from buffers only. */
  private long copyTo(TransportSocket socket, long most) throws IOException {
    BufferPool pool = context.pool();
    ByteBuffer pooled = pool.borrow((int) most);
    try {
      pooled.limit((int) Math.min(most, pooled.capacity()));
      if (file.read(pooled, position) < 0) {
        throw hasShrunk();
      }
      int taken = socket.write(pooled.flip());
      hasRoom = !pooled.hasRemaining();
      return taken;
    } finally {
      pool.release(pooled);
    }
  }

  private IOException hasShrunk() {
    return new IOException(name + " has become shorter, " + progress());
  }

  private String progress() {
    return "when " + (length - left) + " of " + length + " bytes were sent";
  }

  /** Closes the file, if it is ours. Idempotent. */
  void close() {
    if (opened) {
      try {
        file.close();
      } catch (IOException e) {
        // a file that was only read loses nothing
      }
    }
  }
}
