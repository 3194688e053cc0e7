// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The client's end of an in-process connection. A call blocks for 20 s at most. */
final class MemoryPeer implements Closeable {

  private final MemoryPipe in;
  private final MemoryPipe out;

  MemoryPeer(MemoryPipe in, MemoryPipe out) {
    this.in = in;
    this.out = out;
  }

  void send(byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      out.awaitRoom();
      out.write(left);
    }
  }

  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** As many bytes as asked for; fewer when the stream ends before. */
  byte[] receive(int count) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(count);
    while (into.hasRemaining()) {
      in.awaitSomething();
      if (in.read(into) < 0) {
        break;
      }
    }
    byte[] got = new byte[into.flip().remaining()];
    into.get(got);
    return got;
  }

  String read(int count) throws IOException {
    return new String(receive(count), StandardCharsets.UTF_8);
  }

  String echo(String text) throws IOException {
    send(text);
    return read(text.length());
  }

  boolean ended() throws IOException {
    return receive(1).length == 0;
  }

  void shutdownOutput() {
    out.end();
  }

  @Override
  public void close() {
    out.end();
    in.abandon();
  }
}
