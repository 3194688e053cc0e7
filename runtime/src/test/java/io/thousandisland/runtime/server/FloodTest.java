// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that send faster than their handler works, one for each carrier and some more. */
@Timeout(120)
class FloodTest {

  private static final byte FLOOD = 'f';
  private static final int FLOODS = Runtime.getRuntime().availableProcessors() + 2;

  private final CountDownLatch flooded = new CountDownLatch(FLOODS * 100);

  /**
   * Echoes, except for the floods: works on their bytes for longer than it takes to send the next
   * bytes.
   */
  private final TestHandler handler =
      new TestHandler() {
        @Override
        public Next<String> handleData(ByteBuffer data, Socket socket, String state)
            throws Exception {
          if (data.get(0) != FLOOD) {
            return super.handleData(data, socket, state);
          }
          data.position(data.limit());
          long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(300);
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          flooded.countDown();
          return Next.proceed(state);
        }
      };

  @Test
  void x1FloodsOnEveryCarrierKeepNobodyFromService() throws Exception {
    try (var server = new RunningServer(handler)) {
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");
      List<Thread> floods = new ArrayList<>();
      for (int i = 0; i < FLOODS; i++) {
        floods.add(flood(server.connect()));
      }
      flooded.await();
      for (int i = 0; i < 20; i++) {
        assertThat(echo(before, "b" + i)).isEqualTo("b" + i);
        assertThat(echo(server.connect(), "c" + i)).isEqualTo("c" + i);
      }
      assertThat(floods).allMatch(Thread::isAlive);
    }
  }

  private static Thread flood(java.net.Socket client) {
    byte[] bytes = new byte[64 * 1024];
    java.util.Arrays.fill(bytes, FLOOD);
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (true) {
                  client.getOutputStream().write(bytes);
                }
              } catch (IOException closed) {
                // the server has closed it
              }
            });
  }
}
