// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule S4: a channel leaves its poller, whoever accepts or asks meanwhile. */
@Timeout(60)
class QuiesceTest {

  private static final int ROUNDS = 2_000;

  private TcpTransport transport = new TcpTransport();

  @AfterEach
  void stop() throws IOException {
    transport.stop();
  }

  private TcpListeningChannel listen() throws IOException {
    var at = new ListenAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8, Map.of());
    var listening = (TcpListeningChannel) transport.listen(at);
    listening.start(() -> {});
    return listening;
  }

  /** A worker that finds nobody asks to be told, just when the channel leaves. */
  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void s4ChannelThatIsAskedWhileItLeavesStaysOpenAndAwayFromItsPoller(PollerThreads threads)
      throws Exception {
    transport = new TcpTransport(threads);
    var together = new CyclicBarrier(2);
    try (var workers = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < ROUNDS; round++) {
        try (var listening = listen()) {
          Callable<TcpSocket> accept =
              () -> {
                together.await();
                return listening.accept();
              };
          Future<TcpSocket> nobody = workers.submit(accept);
          together.await();
          listening.quiesce();
          assertThat(nobody.get()).isNull();
          assertThat(listening.isOpen()).as("open in round %s", round).isTrue();
          assertThat(transport.places().channels()).as("known in round %s", round).isZero();
        }
      }
    }
  }

  /** A handler that promised not to block suspends its server, for example. */
  @Test
  void s4ChannelLeavesAtOnceAlsoWhenItsPollersThreadSaysSo() throws Exception {
    var listening = listen();
    var port = (InetSocketAddress) listening.localAddress();
    Integer known =
        onPoller(
            listening,
            lender -> {
              try {
                listening.quiesce();
                int left = transport.places().channels();
                listening.close();
                return left;
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(known).as("channels that a poller knows").isZero();
    assertThatThrownBy(() -> new Socket(port.getAddress(), port.getPort()).close())
        .isInstanceOf(ConnectException.class);
  }

  private static <T> T onPoller(TcpListeningChannel listening, Function<ThreadLender, T> work)
      throws Exception {
    var done = new CompletableFuture<T>();
    assertThat(
            listening.askForThread(
                lender -> {
                  try {
                    done.complete(work.apply(lender));
                  } catch (Throwable e) {
                    done.completeExceptionally(e);
                  }
                }))
        .isTrue();
    return done.get(20, TimeUnit.SECONDS);
  }
}
