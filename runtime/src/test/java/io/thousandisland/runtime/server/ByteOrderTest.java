// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.bytes;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.wire.Replay;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules H4 and H6: bytes come and go in the order of the stream, whatever is done between. */
@Timeout(60)
class ByteOrderTest {

  // ---- in

  /** Takes the first byte of the data, and leaves the rest; receives when the client says so. */
  private static class Leaving extends TestHandler {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final BlockingQueue<String> got = new LinkedBlockingQueue<>();

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
      if (state.equals("new")) {
        got.add(String.valueOf((char) data.get()));
        return Next.proceed("rest");
      }
      got.add(text(data));
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state)
        throws Exception {
      inside.countDown();
      goOn.await();
      String how = (String) message;
      if (how.equals("all")) {
        got.add(text(socket.receive()));
        got.add(text(socket.receive(3)));
      } else if (how.equals("four")) {
        got.add(text(socket.receive(4)));
        got.add(text(socket.receive()));
      } else {
        got.add(text(socket.receive(1)));
      }
      return Next.proceed(state);
    }

    String next() throws InterruptedException {
      return String.valueOf(got.poll(20, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @CsvSource({"all, bc, def", "four, bcde, f"})
  void h4ReceiveGivesWhatWasLeftUnreadBeforeWhatCameLater(String how, String one, String two)
      throws Exception {
    var handler = new Leaving();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "abc");
      assertThat(handler.next()).isEqualTo("a");
      handler.ref().tell(how);
      handler.inside.await();
      send(client, "def");
      handler.goOn.countDown();
      assertThat(handler.next()).isEqualTo(one);
      assertThat(handler.next()).isEqualTo(two);
    }
  }

  @Test
  void h4WhatAReceiveDidNotTakeComesBeforeWhatCameLater() throws Exception {
    var handler = new Leaving();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "abc");
      assertThat(handler.next()).isEqualTo("a");
      handler.ref().tell("one");
      handler.inside.await();
      send(client, "def");
      handler.goOn.countDown();
      assertThat(handler.next()).isEqualTo("b");
      var rest = new StringBuilder();
      while (rest.length() < 4) {
        rest.append(handler.next());
      }
      assertThat(rest.toString()).isEqualTo("cdef");
    }
  }

  /** Looks whether the peer has gone, which reads ahead, until {@code bytes} bytes have come. */
  private static void lookAhead(Socket socket, int bytes) throws IOException {
    while (socket.counters().bytesReceived() < bytes) {
      assertThat(socket.peerGone()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"once", "twice"})
  void h8BytesReadAheadComeBehindTheUnreadOnesAndBeforeWhatCameLater(String how) throws Exception {
    var ahead = new CountDownLatch(1);
    var handler =
        new Leaving() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            inside.countDown();
            lookAhead(socket, 6);
            ahead.countDown();
            goOn.await();
            lookAhead(socket, message.equals("twice") ? 9 : 6);
            got.add(text(socket.receive(8)));
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "abc");
      assertThat(handler.next()).isEqualTo("a");
      handler.ref().tell(how);
      handler.inside.await();
      send(client, "def");
      ahead.await();
      send(client, "ghi");
      handler.goOn.countDown();
      assertThat(handler.next()).isEqualTo("bcdefghi");
    }
  }

  // ---- bytes that are read again under another transport

  private final Signals told = new Signals(new DeadlineSweeper(2));

  /** A socket that reads "abc" again; then comes {@code later}, or the end. */
  private TransportSocket replay(MemoryTransport memory, String later) throws IOException {
    var channel =
        memory.listen(new ListenAt(InetSocketAddress.createUnresolved("memory", 1), 9, Map.of()));
    var peer = memory.connect(1);
    TransportSocket below = Objects.requireNonNull(channel.accept());
    peer.send(later);
    peer.shutdownOutput();
    return Replay.of(bytes("abc"), below, told);
  }

  private static String read(TransportSocket from, int most) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(most);
    int got = from.read(into);
    assertThat(into.position()).isEqualTo(Math.max(got, 0));
    return got < 0 ? "end" : text(into.flip());
  }

  @Test
  void k15BytesThatAreReadAgainComeBeforeThoseBelow() throws Exception {
    try (var memory = new MemoryTransport()) {
      var socket = replay(memory, "de");
      assertThat(read(socket, 2)).isEqualTo("ab");
      assertThat(read(socket, 2)).isEqualTo("cd");
      assertThat(read(socket, 9)).isEqualTo("e");
      assertThat(read(socket, 9)).isEqualTo("end");
    }
  }

  @Test
  void k15EndOfTheStreamComesBehindBytesThatAreReadAgainAndIsTold() throws Exception {
    try (var memory = new MemoryTransport()) {
      var socket = replay(memory, "");
      assertThat(read(socket, 9)).isEqualTo("abc");
      assertThat(told.take(Signals.READABLE))
          .as("after a short read one is told of more")
          .isEqualTo(Signals.READABLE);
      assertThat(read(socket, 9)).isEqualTo("end");
    }
  }

  // ---- out

  /** More bytes than the kernel keeps for a connection, on both sides. */
  private static final int LARGE = 16 << 20;

  private static byte at(long position) {
    return (byte) (position * 31 + position / 251);
  }

  private enum How {
    WHOLE_ON_THE_HEAP,
    WHOLE_DIRECT,
    PIECES_DIRECT,
    PIECES_OF_BOTH_KINDS
  }

  /** Sends a large pattern, in one piece or in one gathering send of pieces of any length. */
  private static final class Sending extends TestHandler {
    private final How how;
    private final BlockingQueue<Integer> left = new LinkedBlockingQueue<>();

    Sending(How how) {
      this.how = how;
    }

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      data.position(data.limit());
      boolean onTheHeap = how == How.WHOLE_ON_THE_HEAP;
      ByteBuffer all = onTheHeap ? ByteBuffer.allocate(LARGE) : ByteBuffer.allocateDirect(LARGE);
      for (int i = 0; i < LARGE; i++) {
        all.put(at(i));
      }
      all.flip();
      if (how == How.PIECES_DIRECT || how == How.PIECES_OF_BOTH_KINDS) {
        ByteBuffer[] several = inPieces(all);
        socket.send(several);
        left.add(Arrays.stream(several).mapToInt(ByteBuffer::remaining).sum());
      } else {
        socket.send(all);
        left.add(all.remaining());
      }
      return Next.close(state);
    }

    /**
     * The pieces of {@code all}. Some are empty, some may lie on the heap, and not all begin at
     * their position 0.
     */
    private ByteBuffer[] inPieces(ByteBuffer all) {
      var random = new Random(7);
      List<ByteBuffer> pieces = new ArrayList<>();
      for (int from = 0; from < LARGE; ) {
        int length = Math.min(LARGE - from, random.nextInt(1 << random.nextInt(23)));
        ByteBuffer piece = all.duplicate().position(from).limit(from + length);
        if (how == How.PIECES_OF_BOTH_KINDS && random.nextBoolean()) {
          piece = ByteBuffer.allocate(length + 3).position(3).put(piece).position(3);
        }
        pieces.add(piece);
        from += length;
      }
      return pieces.toArray(ByteBuffer[]::new);
    }
  }

  private static void check(byte[] data, int length, long position) {
    for (int i = 0; i < length; i++) {
      if (data[i] != at(position + i)) {
        throw new AssertionError("wrong byte at " + (position + i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void h6BytesArriveInOrderThoughTheKernelTakesThemInParts(How how) throws Exception {
    var handler = new Sending(how);
    try (var server = new RunningServer(handler)) {
      var slow = server.connect();
      send(slow, "go");
      server.await(
          "the first part",
          s -> s.node.connections().stream().anyMatch(c -> c.counters().bytesSent() > 0));
      assertThat(handler.left).as("it waits for the peer").isEmpty();
      InputStream in = slow.getInputStream();
      var data = new byte[50_000];
      long position = 0;
      for (int got; (got = in.read(data)) > 0; position += got) {
        check(data, got, position);
      }
      assertThat(position).isEqualTo(LARGE);
      assertThat(handler.left.take()).isZero();
    }
  }

  /** A pipe that takes 64 KiB at most, and knows of no gathering write. */
  @ParameterizedTest
  @EnumSource
  void h6BytesArriveInOrderOverATransportThatTakesLittle(How how) throws Exception {
    var handler = new Sending(how);
    try (var memory = new MemoryTransport();
        var server = new RunningServer(RunningServer.settings(), memory, handler)) {
      var peer = memory.connect(server.port());
      peer.send("go");
      for (int position = 0; position < LARGE; ) {
        byte[] data = peer.receive(Math.min(70_001, LARGE - position));
        assertThat(data).isNotEmpty();
        check(data, data.length, position);
        position += data.length;
      }
      assertThat(peer.ended()).isTrue();
    }
  }
}
