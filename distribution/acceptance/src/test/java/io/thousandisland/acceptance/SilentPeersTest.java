// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** H6: peers that send and never read. */
@EnabledOnOs(OS.LINUX)
class SilentPeersTest {

  private static final int PEERS = 50;

  /** More bytes than the kernel keeps for a connection, on both sides. */
  private static final long PUSHED_AT_MOST = 64L << 20;

  /** All peers are blocked when none could write for this time. */
  private static final long STILL_MILLIS = 1_000;

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void h6PeersThatSendAndNeverReadAreHeldBackAndCostBoundedMemory(Framework framework)
      throws Exception {
    // the heap is resident from the beginning, so later growth is outside of it
    Launch launch = Launch.of(framework, home).with("-Xms192m", "-Xmx192m", "-XX:+AlwaysPreTouch");
    try (var server = launch.start();
        var selector = Selector.open();
        var client = new Client(server.port("echo"))) {
      assertThat(client.ask("warm")).isEqualTo("warm");
      Memory before = Memory.of(server);

      long pushed = pushUntilBlocked(selector, server.port("echo"));

      try {
        assertThat(client.ask("others are served")).isEqualTo("others are served");
        Memory after = Memory.of(server);
        long heap = (after.heapBytes() - before.heapBytes()) >> 10;
        long resident = after.residentKilobytes() - before.residentKilobytes();
        System.out.printf(
            "%s: %d peers that never read were blocked after %,d KB: %,d KB more of live heap,"
                + " %,d KB more resident%n",
            framework, PEERS, pushed >> 10, heap, resident);
        assertThat(heap).as("KB of live heap").isLessThan(64 << 10);
        assertThat(resident).as("KB resident").isLessThan(64 << 10);
      } finally {
        for (SelectionKey key : selector.keys()) {
          key.channel().close();
        }
      }
      server.saidNoStackTrace();
    }
  }

  private static long pushUntilBlocked(Selector selector, int port) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(64 << 10);
    for (int i = 0; i < PEERS; i++) {
      SocketChannel peer = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
      peer.configureBlocking(false);
      peer.register(selector, SelectionKey.OP_WRITE);
    }
    long pushed = 0;
    while (selector.select(STILL_MILLIS) > 0) {
      for (SelectionKey key : selector.selectedKeys()) {
        pushed += ((SocketChannel) key.channel()).write(chunk.clear());
      }
      selector.selectedKeys().clear();
      assertThat(pushed)
          .as("bytes taken from peers that never read")
          .isLessThan(PEERS * PUSHED_AT_MOST);
    }
    return pushed;
  }
}
