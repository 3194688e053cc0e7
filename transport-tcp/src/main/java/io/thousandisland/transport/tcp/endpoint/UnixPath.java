// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp.endpoint;

import io.thousandisland.transport.PathAccess;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket at its path.
 *
 * <p>The socket is bound in a private folder beside its path, gets its rights there, and is then
 * linked to its path. So a client without the right to connect has no moment in which it can, and
 * at the path there is never a socket that does not listen yet: another server would take it for
 * dead. The link fails when something is there. The path that a dead server has left is removed
 * first, see {@link StalePath}.
 *
 * <p>Thread: any.
 */
final class UnixPath implements Endpoint {

  /**
   * The most bytes of a path: those of {@code sun_path} (unix(7)) without a byte for the end and
   * one that the JDK keeps.
   */
  static final int MOST_BYTES = 106;

  /** The encoding of paths in this process. */
  private static final Charset ENCODING =
      Charset.forName(System.getProperty("sun.jnu.encoding"), Charset.defaultCharset());

  /** Somebody else takes the path in the moment that it is free, this many times in a row. */
  private static final int MOST_TRIES = 10;

  private final ServerSocketChannel channel;
  private final UnixDomainSocketAddress local;

  /** Identifies the file at the path; null where files have no identity. */
  private final @Nullable Object file;

  /** Guarded by this. */
  private boolean hidden;

  private UnixPath(ServerSocketChannel channel, Path path) throws IOException {
    this.channel = channel;
    this.local = UnixDomainSocketAddress.of(path);
    this.file = fileAt(path);
  }

  /**
   * Binds a server socket at {@code path}.
   *
   * @throws BindException when a server listens there, or the path is in use otherwise; the message
   *     names it
   * @throws IllegalArgumentException when the path is too long, or a user or group unknown
   */
  static UnixPath bind(Path path, int backlog, PathAccess access, TcpOptions options)
      throws IOException {
    checkLength(path, 0, path);
    for (int tries = 1; ; tries++) {
      try {
        return bindAndLink(path, backlog, access, options);
      } catch (FileAlreadyExistsException taken) {
        if (tries == MOST_TRIES) {
          throw new BindException("Address already in use: unix:" + path);
        }
        StalePath.remove(path);
      }
    }
  }

  private static UnixPath bindAndLink(Path path, int backlog, PathAccess access, TcpOptions options)
      throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) { // before a folder is made in vain
      throw new FileAlreadyExistsException(path.toString());
    }
    try (var room = PrivateFolder.beside(path)) {
      checkLength(room.socket(), PrivateFolder.LENGTH, path);
      ServerSocketChannel channel = open(options);
      try {
        channel.bind(UnixDomainSocketAddress.of(room.socket()), backlog);
        Rights.set(room.socket(), access);
        Files.createLink(path, room.socket());
        return new UnixPath(channel, path);
      } catch (Throwable e) {
        channel.close();
        throw e;
      }
    }
  }

  private static ServerSocketChannel open(TcpOptions options) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.configureBlocking(false);
      options.applyToListening(channel);
      return channel;
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /**
   * @param beside the length of what {@code bound} has beyond the folder of {@code path}; 0 when it
   *     is the path itself
   */
  private static void checkLength(Path bound, int beside, Path path) {
    int length = bound.toString().getBytes(ENCODING).length;
    if (length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "the %s of a Unix socket has %d bytes; allowed: %d (unix:%s)"
              .formatted(
                  beside == 0 ? "path" : "folder", length - beside, MOST_BYTES - beside, path));
    }
  }

  private static @Nullable Object fileAt(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  @Override
  public ServerSocketChannel channel() {
    return channel;
  }

  @Override
  public SocketAddress local() {
    return local;
  }

  /**
   * Removes the path, unless another server has it now. The socket must still be open: until it is
   * closed, the system gives the identity of its file to no other file.
   */
  @Override
  public synchronized void hide() throws IOException {
    if (hidden) {
      return;
    }
    hidden = true;
    try {
      Path path = local.getPath();
      if (file != null && file.equals(fileAt(path))) {
        Files.delete(path);
      }
    } catch (NoSuchFileException removed) {
      // by somebody else: it is gone, as it should
    }
  }
}
