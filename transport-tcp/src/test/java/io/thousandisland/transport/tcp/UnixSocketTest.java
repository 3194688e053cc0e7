// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Readiness;
import java.io.IOException;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Unix sockets: what they have in common with TCP, and their differences. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(60)
class UnixSocketTest {

  @TempDir Path folder;

  private final TcpTransport transport = new TcpTransport();
  private final Semaphore told = new Semaphore(0);

  /** Counts what it is told. */
  private final class Counting implements Readiness {
    @Override
    public void readable() {
      told.release();
    }

    @Override
    public void writable() {}
  }

  @AfterEach
  void stop() throws IOException {
    transport.stop();
  }

  private UnixDomainSocketAddress path() {
    return UnixDomainSocketAddress.of(folder.resolve("s"));
  }

  private ListeningChannel listen(Map<SocketOption<?>, Object> options) throws IOException {
    ListeningChannel listening = transport.listen(new ListenAt(path(), 8, options));
    listening.start(told::release);
    return listening;
  }

  private void awaitTold() throws InterruptedException {
    assertThat(told.tryAcquire(20, TimeUnit.SECONDS)).as("told").isTrue();
  }

  @Test
  void bytesGoBothWaysAndEachSideMayEndItsOwn() throws Exception {
    try (var listening = listen(Map.of())) {
      assertThat(listening.localAddress()).isEqualTo(path());
      assertThat(listening.accept()).isNull();
      try (var client = SocketChannel.open(path())) {
        awaitTold();
        try (var socket = Objects.requireNonNull(listening.accept())) {
          socket.start(new Counting());
          var heard = ByteBuffer.allocate(100);
          assertThat(socket.read(heard)).isZero();
          client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
          client.shutdownOutput();
          awaitTold();
          assertThat(socket.read(heard)).isEqualTo(3);
          while (socket.read(heard) == 0) {
            awaitTold();
          }
          assertThat(socket.read(heard)).isNegative();
          assertThat(socket.write(heard.flip())).isEqualTo(3);
          socket.shutdownOutput();
          var echoed = ByteBuffer.allocate(100);
          while (client.read(echoed) >= 0) {}
          assertThat(echoed.position()).isEqualTo(3);
        }
      }
    }
  }

  @Test
  void optionsOfUnixSocketsAreSetAndOthersRefusedByName() throws Exception {
    try (var listening = listen(Map.of(SO_SNDBUF, 50_000));
        var client = SocketChannel.open(path());
        var socket = Objects.requireNonNull(listening.accept())) {
      assertThat(client.isConnected()).isTrue();
      assertThat(socket.option(SO_SNDBUF)).isGreaterThanOrEqualTo(50_000);
      listening.options(Map.of(SO_RCVBUF, 20_000));
      assertThatThrownBy(() -> listening.options(Map.of(TCP_NODELAY, true)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("TCP_NODELAY");
    }
  }

  @Test
  void l5UnixSocketTakesOneListeningSocket() throws Exception {
    try (var listening = listen(Map.of())) {
      assertThatThrownBy(() -> listening.another(new ListenAt(path(), 8, Map.of())))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("a Unix socket takes one listening socket");
    }
  }
}
