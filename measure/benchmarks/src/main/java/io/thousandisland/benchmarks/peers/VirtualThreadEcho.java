// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** The plainest Java echo: blocking sockets, one virtual thread each, and no timeouts. */
public final class VirtualThreadEcho {

  private VirtualThreadEcho() {}

  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(args[0]);
    try (var listening = new ServerSocket(port, 4096, InetAddress.getLoopbackAddress())) {
      while (true) {
        Socket socket = listening.accept();
        Thread.startVirtualThread(() -> echo(socket));
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var unused = socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // the peer reset the connection: the usual end here
    }
  }
}
