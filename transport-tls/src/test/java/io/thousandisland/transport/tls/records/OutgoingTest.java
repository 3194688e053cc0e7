// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.tls.Narrow;
import io.thousandisland.transport.tls.TestTerms;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that a transport with little room makes the connection offer again. */
class OutgoingTest {

  private final SSLEngine server = TestTerms.EC.server.createSSLEngine();
  private final SSLEngine client = TestTerms.EC.client.createSSLEngine();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  /** Encrypted bytes that the engine of the client has not taken yet. */
  private ByteBuffer wire = ByteBuffer.allocate(0);

  private void shakeHands(String protocol) throws IOException {
    server.setUseClientMode(false);
    client.setUseClientMode(true);
    client.setEnabledProtocols(new String[] {protocol});
    ByteBuffer there = ByteBuffer.allocate(70_000);
    ByteBuffer back = ByteBuffer.allocate(70_000);
    for (int i = 0; i < 40; i++) {
      step(client, back, there);
      step(server, there, back);
    }
    assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws IOException {
    switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> engine.getDelegatedTask().run();
      case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap(engine, in);
      default -> {
        if (engine.getSession().getProtocol().equals("NONE")) {
          engine.beginHandshake();
        } else {
          unwrap(engine, in); // tickets
        }
      }
    }
  }

  private static void unwrap(SSLEngine engine, ByteBuffer in) throws IOException {
    in.flip();
    engine.unwrap(in, ByteBuffer.allocate(20_000));
    in.compact();
  }

  private void arrive(byte[] bytes) throws IOException {
    ByteBuffer all =
        ByteBuffer.allocate(wire.remaining() + bytes.length).put(wire).put(bytes).flip();
    ByteBuffer plain = ByteBuffer.allocate(20_000);
    while (all.hasRemaining()
        && client.unwrap(all, plain.clear()).getStatus()
            == javax.net.ssl.SSLEngineResult.Status.OK) {
      received.write(plain.array(), 0, plain.position());
    }
    wire = all;
  }

  /**
   * Sends pieces of random sizes through a transport with random room, as the server does: bytes
   * that were not taken are offered again, behind them the next ones.
   */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void h6EachByteIsTakenOnceHoweverLittleRoomThereIs(String protocol) throws Exception {
    shakeHands(protocol);
    var random = new Random(7);
    byte[] all = new byte[3_000_000];
    random.nextBytes(all);
    var below = new Narrow(random);
    var out = new Outgoing(below, new Buffers(4 * 17_000));
    int offered = 0; // the bytes before it were offered at least once
    int taken = 0;
    while (taken < all.length) {
      offered = Math.max(offered, Math.min(all.length, taken + 1 + random.nextInt(60_000)));
      ByteBuffer[] pieces = pieces(all, taken, offered, random);
      long now = out.write(server, pieces, 1, pieces.length - 2);
      taken += (int) now;
      assertThat(left(pieces)).isEqualTo(offered - taken);
      arrive(below.taken());
      assertThat(received.size()).isGreaterThanOrEqualTo(taken - 17_000 * 4);
      boolean allOut = out.flush();
      assertThat(allOut || taken < offered).isTrue(); // whoever has no bytes left is done
    }
    arrive(below.taken());
    assertThat(Arrays.mismatch(received.toByteArray(), all)).isEqualTo(-1);
  }

  /** Takes {@link #room} bytes, and then no more. */
  private static final class Rationed extends Narrow {
    private int room;
    private int most;

    Rationed() {
      super(new Random(7));
    }

    @Override
    public int write(ByteBuffer from) {
      most = Math.max(most, from.remaining());
      int taken = Math.min(room, from.remaining());
      room -= taken;
      from.position(from.position() + taken);
      return taken;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000, 16_500, 20_000, 40_000, 200_000})
  void aPeerThatTakesLittleHasLittleKeptForIt(int room) throws Exception {
    shakeHands("TLSv1.3");
    var below = new Rationed();
    var out = new Outgoing(below, new Buffers(4 * 17_000));
    var bytes = new ByteBuffer[] {ByteBuffer.allocate(5_000_000)};

    for (int i = 0; i < 20; i++) {
      below.room = room;
      below.most = 0;
      out.write(server, bytes, 0, 1);
      assertThat(below.most).isBetween(1, Math.min(4 * 17_000, Math.max(17_000, 2 * room)));
    }
  }

  @Test
  void theFlightThatAnswersAGreetingIsOneWrite() throws Exception {
    server.setUseClientMode(false);
    client.setUseClientMode(true);
    ByteBuffer greeting = ByteBuffer.allocate(20_000);
    client.wrap(ByteBuffer.allocate(0), greeting);
    unwrap(server, greeting);
    while (server.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      server.getDelegatedTask().run();
    }
    var writes = new ArrayList<ByteBuffer>();
    var wide =
        new Narrow(new Random(7)) {
          @Override
          public int write(ByteBuffer from) {
            writes.add(ByteBuffer.allocate(from.remaining()).put(from).flip());
            return writes.getLast().remaining();
          }
        };
    var records = new AtomicInteger();

    boolean said =
        new Outgoing(wide, new Buffers(4 * 17_000)).tell(server, seen -> records.incrementAndGet());

    assertThat(said).isTrue();
    assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_UNWRAP);
    assertThat(records.get()).isGreaterThan(1);
    assertThat(writes).hasSize(1);
  }

  /** Some buffers, empty ones and ones with a beginning of their own among them. */
  private static ByteBuffer[] pieces(byte[] all, int from, int to, Random random) {
    var pieces = new ByteBuffer[7];
    Arrays.fill(pieces, ByteBuffer.wrap(all, 0, 0));
    int at = from;
    for (int i = 1; i < 5; i++) {
      int length = random.nextInt(3) == 0 ? 0 : random.nextInt(to - at + 1);
      pieces[i] = ByteBuffer.wrap(all, at, length);
      at += length;
    }
    pieces[5] = ByteBuffer.wrap(all, at, to - at);
    return pieces;
  }

  private static int left(ByteBuffer[] pieces) {
    return Arrays.stream(pieces).mapToInt(ByteBuffer::remaining).sum();
  }
}
