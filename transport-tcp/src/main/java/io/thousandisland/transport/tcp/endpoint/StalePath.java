// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp.endpoint;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The path that a server has left when it died: a socket at which nobody listens.
 *
 * <p>Thread: any.
 */
final class StalePath {

  private static final int TYPE = 0170000; // S_IFMT of inode(7)
  private static final int SOCKET = 0140000; // S_IFSOCK

  private StalePath() {}

  /**
   * Removes {@code path} if it is stale; returns also when nothing is there any more.
   *
   * <p>Two servers may find the same stale path at once, and the faster one may listen at it before
   * the slower one removes it. So the slower one moves the file away before it looks again, and
   * puts it back when somebody listens. Only a third server that starts in between could take the
   * path from the first.
   *
   * @throws BindException when a server listens there, or may listen there, or it is no socket
   */
  static void remove(Path path) throws IOException {
    try {
      failUnlessStale(path, path);
      try (var room = PrivateFolder.beside(path)) {
        Files.move(path, room.socket(), StandardCopyOption.ATOMIC_MOVE);
        try {
          failUnlessStale(room.socket(), path);
        } catch (BindException lives) {
          putBack(room.socket(), path);
          throw lives;
        }
      }
    } catch (NoSuchFileException gone) {
      return; // by now
    }
  }

  private static void putBack(Path moved, Path path) throws IOException {
    try {
      Files.createLink(path, moved);
    } catch (FileAlreadyExistsException another) {
      return; // a third server has come meanwhile; clients find that one
    }
  }

  /**
   * @param named the path to name
   */
  private static void failUnlessStale(Path path, Path named) throws IOException {
    if (!isSocket(path)) {
      throw new BindException("unix:" + named + " is there already, and is no socket");
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // not blocking: a server whose queue is full would keep it waiting
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException nobody) { // ECONNREFUSED: the socket at the path is closed
      return;
    } catch (IOException e) {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(path.toString());
      }
      // no right to connect, or a full queue: neither says that the server is dead
      var unknown = new BindException("unix:" + named + " is in use (" + e.getMessage() + ")");
      unknown.initCause(e);
      throw unknown;
    }
    throw new BindException("Address already in use: a server listens at unix:" + named);
  }

  private static boolean isSocket(Path path) throws IOException {
    Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return mode instanceof Integer bits && (bits & TYPE) == SOCKET;
  }
}
