// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.TransportSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The server's end of a connection whose peer sends a word each time the server has waited for a
 * certain time. No notice announces a word, as in a process that was stopped: only a look finds the
 * word.
 *
 * <p>Thread: read and written by the connection's own.
 */
final class UnannouncedSocket implements TransportSocket {

  /** The texts that the server has sent. */
  final BlockingQueue<String> sent = new LinkedBlockingQueue<>();

  private final Queue<String> words;
  private final long wait;
  private long lastWord = System.nanoTime();

  UnannouncedSocket(Duration wait, String... words) {
    this.wait = wait.toNanos();
    this.words = new ArrayDeque<>(List.of(words));
  }

  @Override
  public void start(Readiness readiness) {}

  @Override
  public int read(ByteBuffer into) {
    if (words.isEmpty() || System.nanoTime() - lastWord < wait) {
      return 0;
    }
    byte[] word = words.remove().getBytes(StandardCharsets.UTF_8);
    into.put(word);
    lastWord = System.nanoTime();
    return word.length;
  }

  @Override
  public int write(ByteBuffer from) {
    int length = from.remaining();
    sent.add(TestHandler.text(from));
    return length;
  }

  @Override
  public void shutdownOutput() {}

  @Override
  public void shutdownInput() {}

  @Override
  public void close() {}

  @Override
  public SocketAddress localAddress() {
    return InetSocketAddress.createUnresolved("unannounced", 1);
  }

  @Override
  public SocketAddress remoteAddress() {
    return InetSocketAddress.createUnresolved("unannounced", 2);
  }

  @Override
  public <T> T option(SocketOption<T> option) {
    throw new UnsupportedOperationException(option.name());
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) {
    throw new UnsupportedOperationException(option.name());
  }
}
