// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rule X7: handlers that promised not to block. That the whole contract holds for them too is
 * tested by running all tests of this module once more with {@code -Dhandlers.nonblocking=true}.
 */
@Timeout(60)
class NonblockingTest {

  /** More clients than pollers, so that each poller has some. */
  private static final int CLIENTS = Runtime.getRuntime().availableProcessors() * 4;

  private static RunningServer serverOf(TestHandler handler) {
    var server = new RunningServer(handler);
    server.serve(handler, true);
    return server;
  }

  private static List<java.net.Socket> clients(RunningServer server) throws Exception {
    List<java.net.Socket> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(server.connect());
      assertThat(echo(clients.getLast(), "a")).isEqualTo("a");
    }
    return clients;
  }

  @Test
  void x7CallbacksRunOnTheThreadThatFoundTheBytes() throws Exception {
    BlockingQueue<String> threads = new LinkedBlockingQueue<>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            threads.add(Thread.currentThread().getName());
            return super.handleData(data, socket, state);
          }
        };
    try (var server = serverOf(handler)) {
      for (java.net.Socket client : clients(server)) {
        do { // bytes that come before the connection rests are handled where it still is
          threads.clear();
          assertThat(echo(client, "b")).isEqualTo("b");
        } while (!threads.take().contains("poller"));
      }
    }
  }

  @Test
  void x7FirstCallbackAndMessagesRunOnThePollersThread() throws Exception {
    BlockingQueue<String> threads = new LinkedBlockingQueue<>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            threads.add(Thread.currentThread().getName());
            return super.handleConnection(socket);
          }

          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state) {
            threads.add(Thread.currentThread().getName());
            return Next.proceed(state);
          }
        };
    try (var server = serverOf(handler)) {
      java.net.Socket client = server.connect();
      assertThat(threads.take()).contains("poller");
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(handler.ref().tell("m")).isTrue();
      assertThat(threads.take()).contains("poller");
    }
  }

  /** More clients than there are threads that may be away. */
  private static final int MANY = 40;

  @Test
  void x7PeersThatDoNotReadKeepNoThread() throws Exception {
    byte[] much = new byte[1 << 20];
    BlockingQueue<String> senders = new LinkedBlockingQueue<>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            data.position(data.limit());
            socket.option(StandardSocketOptions.SO_SNDBUF, 4096);
            socket.send(ByteBuffer.wrap(much));
            senders.add(Thread.currentThread().getName());
            return Next.closeWhenIdle(state);
          }
        };
    try (var server = serverOf(handler)) {
      List<java.net.Socket> clients = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        var client = new java.net.Socket();
        clients.add(client);
        client.setReceiveBufferSize(4096);
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        client.getOutputStream().write('m'); // this client does not read
      }
      for (int i = 0; i < MANY; i++) {
        assertThat(senders.poll(20, TimeUnit.SECONDS)).contains("poller");
      }
      for (java.net.Socket client : clients) {
        assertThat(readToEnd(client.getInputStream())).isEqualTo(much.length);
        client.close();
      }
    }
  }

  @Test
  void x7ThoseWhoWaitForTheirPeersHaveFewThreadsThatAreNotVirtual() throws Exception {
    BlockingQueue<Thread> waiting = new LinkedBlockingQueue<>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (data.get(0) == 'w') {
              waiting.add(Thread.currentThread());
              socket.send(socket.receive(1));
            }
            return super.handleData(data, socket, state);
          }
        };
    try (var server = serverOf(handler)) {
      List<java.net.Socket> clients = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        clients.add(server.connect());
        clients.getLast().getOutputStream().write('w');
      }
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        threads.add(waiting.poll(20, TimeUnit.SECONDS));
      }
      assertThat(threads).doesNotHaveDuplicates();
      assertThat(threads.stream().filter(thread -> !thread.isVirtual()))
          .hasSizeLessThanOrEqualTo(16 + Runtime.getRuntime().availableProcessors());
      assertThat(echo(server.connect(), "others")).isEqualTo("others");
      for (java.net.Socket client : clients) {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().readNBytes(2)).containsExactly('x', 'w');
      }
    }
  }

  @Test
  void x7OneThatWaitsInASendGetsAThreadAndHoldsUpNobody() throws Exception {
    byte[] much = new byte[16 << 20];
    BlockingQueue<String> senders = new LinkedBlockingQueue<>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (data.get(0) != 'm') {
              return super.handleData(data, socket, state);
            }
            data.position(data.limit());
            socket.send(ByteBuffer.wrap(much));
            senders.add(Thread.currentThread().getName());
            return Next.close(state);
          }
        };
    try (var server = serverOf(handler)) {
      List<java.net.Socket> clients = clients(server);
      for (java.net.Socket client : clients) {
        client.getOutputStream().write('m'); // this client does not read
      }
      for (int i = 0; i < 20; i++) {
        assertThat(echo(server.connect(), "c" + i)).isEqualTo("c" + i);
      }
      assertThat(senders).isEmpty();
      for (java.net.Socket client : clients) {
        assertThat(readToEnd(client.getInputStream())).isEqualTo(much.length);
        assertThat(handler.ended()).isEqualTo("close new");
      }
      assertThat(senders).hasSize(CLIENTS).allMatch(name -> name.startsWith("test connection "));
    }
  }

  private static long readToEnd(InputStream in) throws Exception {
    byte[] some = new byte[1 << 20];
    long all = 0;
    for (int n; (n = in.read(some)) >= 0; ) {
      all += n;
    }
    return all;
  }

  @Test
  void x7OneThatBreaksItsPromiseHoldsUpNobodyForLong() throws Exception {
    var release = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (data.get(0) == 'b') {
              release.await();
            }
            return super.handleData(data, socket, state);
          }
        };
    try (var server = serverOf(handler)) {
      List<java.net.Socket> clients = clients(server);
      for (java.net.Socket client : clients) {
        client.getOutputStream().write('b');
      }
      for (int i = 0; i < 20; i++) {
        assertThat(echo(server.connect(), "c" + i)).isEqualTo("c" + i);
      }
      release.countDown();
      for (java.net.Socket client : clients) {
        assertThat(client.getInputStream().read()).isEqualTo('b');
        assertThat(echo(client, "d")).isEqualTo("d"); // the connection gets a lent thread again
      }
    }
  }

  @Test
  void x7ConnectionAtRestHearsOfMessagesDrainsAndItsReadTimeout() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.send(bytes((String) message));
            return Next.proceed("told").within(java.time.Duration.ofMillis(30));
          }
        };
    try (var server = serverOf(handler)) {
      java.net.Socket client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      SocketRef ref = handler.ref();
      assertThat(ref.tell("m")).isTrue();
      assertThat(client.getInputStream().read()).isEqualTo('m');
      assertThat(handler.ended()).isEqualTo("timeout told");
      java.net.Socket other = server.connect();
      assertThat(echo(other, "a")).isEqualTo("a");
      server.stop();
      assertThat(handler.ended()).isEqualTo("shutdown new");
    }
  }

  /** Values that a handler's bundle leaves on a lent thread would keep the bundle's classes. */
  @Test
  void w3WhatWasLeftOnLentThreadsGoesWithTheHandler() throws Exception {
    var left = new LeftOnThreads();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            left.leaveOne();
            return super.handleData(data, socket, state);
          }
        };
    try (var server = serverOf(handler)) {
      for (java.net.Socket client : clients(server)) {
        assertThat(echo(client, "a")).isEqualTo("a");
      }
      long next = server.serve(new TestHandler(), true);
      server.await("next serves", s -> s.node.info().generations().size() == 2);
      for (java.net.Socket client : server.clients()) {
        client.close();
      }
      server.await("last one ended", s -> s.node.info().generations().size() == 1);
      left.awaitForgotten();
      assertThat(echo(server.connect(), "n" + next)).isEqualTo("n" + next);
    }
  }
}
