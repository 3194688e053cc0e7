// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The operations that test clients repeat. */
final class Peers {
  private Peers() {}

  static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  static String read(Socket client, int length) throws IOException {
    return new String(client.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
  }

  /** Sends a text, and reads as many bytes back. */
  static String echo(Socket client, String text) throws IOException {
    send(client, text);
    return read(client, text.length());
  }

  /** All bytes that come until the server closes; bytes before a reset count. */
  static String readToEnd(Socket client) throws IOException {
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  static boolean ended(Socket client) throws IOException {
    try {
      return client.getInputStream().read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }
}
