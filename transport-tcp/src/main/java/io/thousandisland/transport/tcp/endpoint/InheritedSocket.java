// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp.endpoint;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The listening socket that this process was given as its standard input.
 *
 * <p>It is never closed. Its port is not ours: the process that has given it, systemd for example,
 * keeps it open and lets clients queue there until the next process takes them. A close would also
 * make the JDK redirect the standard output and the standard error to /dev/null (seen with JDK 21
 * and 25), and the log would end without a word.
 *
 * <p>Thread: any.
 */
record InheritedSocket(ServerSocketChannel channel, SocketAddress local) implements Endpoint {

  /**
   * Finds it.
   *
   * @throws BindException when there is none; the message says what was found
   */
  static InheritedSocket find() throws IOException {
    Channel found;
    try {
      found = System.inheritedChannel();
    } catch (IOException e) {
      throw none("the standard input cannot be looked at: " + e.getMessage());
    }
    if (!(found instanceof ServerSocketChannel channel)) {
      throw none("the standard input is " + kind(found));
    }
    SocketAddress local = channel.getLocalAddress();
    if (local == null) {
      throw none("the standard input is a socket that does not listen");
    }
    return new InheritedSocket(channel, local);
  }

  private static String kind(@Nullable Channel found) {
    return found == null ? "no socket" : "a socket that does not listen";
  }

  private static BindException none(String why) {
    return new BindException(
        "inherited: %s; a listening socket is needed there (systemd: StandardInput=socket)"
            .formatted(why));
  }

  @Override
  public boolean isOurs() {
    return false;
  }
}
