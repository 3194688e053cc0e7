// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import java.lang.ref.WeakReference;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rules H7 and X6: a connection that has ended is garbage, although its reference or its thread is
 * kept.
 */
@Timeout(60)
class EndedConnectionTest {

  private final BlockingQueue<WeakReference<Socket>> sockets = new LinkedBlockingQueue<>();

  private final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

  private final TestHandler handler =
      new TestHandler() {
        @Override
        public Next<String> handleConnection(Socket socket) throws Exception {
          sockets.add(new WeakReference<>(socket));
          threads.add(Thread.currentThread());
          return super.handleConnection(socket);
        }
      };

  /** The wheel comes to the connection's slot only after ten seconds. */
  @Test
  void x6EndedConnectionIsForgottenLongBeforeItsDeadline() throws Exception {
    try (var server = new RunningServer(handler)) {
      server.connect().close();
      assertThat(handler.ended()).isEqualTo("close new");
      handler.refs.clear();
      Forgotten.await(sockets.take());
    }
  }

  @Test
  void h7WhoKeepsTheHandleOfAnEndedConnectionKeepsNothingElseOfIt() throws Exception {
    try (var server = new RunningServer(handler)) {
      server.connect().close();
      assertThat(handler.ended()).isEqualTo("close new");
      SocketRef kept = handler.ref();
      Forgotten.await(sockets.take());
      assertThat(kept.open()).isFalse();
    }
  }

  /** For example, a class loader of Felix 7.0.5 may keep the thread of a connection without end. */
  @Test
  void x6WhoKeepsTheThreadOfAnEndedConnectionKeepsNothingElseOfIt() throws Exception {
    try (var server = new RunningServer(handler)) {
      server.connect().close();
      assertThat(handler.ended()).isEqualTo("close new");
      handler.refs.clear();
      Thread kept = threads.take();
      Forgotten.await(sockets.take());
      assertThat(kept).isNotNull();
    }
  }
}
