// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A blocking client of lines, over TCP or a Unix socket. */
final class Client implements AutoCloseable {

  private final SocketChannel channel;
  private final BufferedReader in;

  Client(SocketAddress server) throws IOException {
    channel = SocketChannel.open(server);
    in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
  }

  static Client of(RunningServer server) throws IOException {
    return new Client(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
  }

  void send(String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      int unused = channel.write(bytes);
    }
  }

  String line() throws IOException {
    return String.valueOf(in.readLine());
  }

  String ask(String line) throws IOException {
    send(line + "\n");
    return line();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
