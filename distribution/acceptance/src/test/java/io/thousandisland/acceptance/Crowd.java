// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Many clients in a process of their own, so that they have their own descriptors. The process
 * connects them and says so. At each line of its input it lets every connection echo one byte. It
 * ends with its input.
 */
final class Crowd {

  /** Far fewer than a backlog holds. */
  private static final int AT_ONCE = 200;

  private final List<SocketChannel> clients = new ArrayList<>();
  private final InetSocketAddress server;

  private Crowd(int port) {
    server = new InetSocketAddress("127.0.0.1", port);
  }

  public static void main(String[] args) throws IOException {
    var crowd = new Crowd(Integer.parseInt(args[0]));
    crowd.grow(Integer.parseInt(args[1]));
    System.out.println(crowd.clients.size() + " connected");
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (int round = 1; commands.readLine() != null; round++) {
      echo(crowd.clients, round);
      System.out.println(crowd.clients.size() + " echoed");
    }
  }

  private void grow(int count) throws IOException {
    while (clients.size() < count) {
      int from = clients.size();
      for (int i = from; i < Math.min(count, from + AT_ONCE); i++) {
        var client = SocketChannel.open();
        clients.add(client);
        // one address alone may have too few ephemeral ports
        client.bind(new InetSocketAddress("127.0.0." + (1 + i % 4), 0));
        client.connect(server);
      }
      echo(clients.subList(from, clients.size()), 0);
    }
  }

  private static void echo(List<SocketChannel> clients, int seed) throws IOException {
    for (int i = 0; i < clients.size(); i++) {
      clients.get(i).write(ByteBuffer.wrap(new byte[] {(byte) (seed + i)}));
    }
    ByteBuffer reply = ByteBuffer.allocate(2);
    for (int i = 0; i < clients.size(); i++) {
      reply.clear();
      if (clients.get(i).read(reply) != 1 || reply.get(0) != (byte) (seed + i)) {
        throw new IOException("client " + i + " got another reply than it sent");
      }
    }
  }
}
