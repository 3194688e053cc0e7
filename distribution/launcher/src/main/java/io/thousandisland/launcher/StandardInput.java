// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import java.util.List;

/**
 * The standard input of the process. A super server, such as inetd or systemd, may have started the
 * process for one connection, which is then its standard input and perhaps its output, too. All
 * lines of a log would go to that client.
 */
final class StandardInput {

  private static final Path DESCRIPTORS = Paths.get("/proc/self/fd");

  private StandardInput() {}

  /** Whether it is a connection. */
  static boolean isConnection() {
    try {
      return System.inheritedChannel() instanceof SocketChannel;
    } catch (IOException | RuntimeException unknown) {
      return false;
    }
  }

  /** The words for a connection: none, if the client would get them. */
  static List<String> problem() {
    return isStandardError()
        ? Collections.<String>emptyList()
        : Collections.singletonList(
            "standard input is a connection. The server accepts connections by itself: it needs the"
                + " listening socket (inetd: wait; systemd: Accept=no)");
  }

  /** Whether the standard error is the same socket. */
  private static boolean isStandardError() {
    try {
      return Files.readSymbolicLink(DESCRIPTORS.resolve("0"))
          .equals(Files.readSymbolicLink(DESCRIPTORS.resolve("2")));
    } catch (IOException | RuntimeException unknown) {
      return true;
    }
  }
}
