// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.tls.handshake.HandshakeBudget;
import io.thousandisland.transport.tls.handshake.HandshakeThreads;
import io.thousandisland.transport.tls.records.Buffers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that send much and finish nothing: they may not take the memory of all others. */
class HandshakeMemoryTest {

  private static final int LIMIT = 100_000;

  private final HandshakeThreads threads = new HandshakeThreads(1, "memory");
  private final HandshakeBudget budget = new HandshakeBudget(LIMIT);
  private final Buffers buffers = new Buffers(TlsTransport.BUFFER);

  @AfterEach
  void close() {
    threads.close();
  }

  private TlsSocket socket(byte[] bytes, Script.End end) {
    var random = new Random(1);
    var below = new Script(random);
    below.plan(bytes, random, end);
    while (below.goOn()) {}
    var socket = new TlsSocket(below, TestTerms.EC::terms, threads, budget, buffers);
    socket.start(
        new Readiness() {
          @Override
          public void readable() {}

          @Override
          public void writable() {}
        });
    return socket;
  }

  /** The beginning of a greeting of 16,000 bytes. */
  private static byte[] beginning(int bytes) {
    byte[] all = new byte[bytes];
    byte[] head = {22, 3, 1, 0x3f, (byte) 0xf0, 1, 0, 0x3f, (byte) 0xec};
    System.arraycopy(head, 0, all, 0, head.length);
    return all;
  }

  private List<TlsSocket> exhaust() throws IOException {
    var all = new ArrayList<TlsSocket>();
    for (int i = 0; i < LIMIT / (15_000 - HandshakeBudget.USUAL); i++) {
      all.add(socket(beginning(15_000), Script.End.SILENCE));
      assertThat(all.getLast().handshake()).isFalse();
    }
    return all;
  }

  @Test
  void x5GreetingsThatAreNotCompleteHaveABudgetAndUsualOnesNeedNone() throws Exception {
    List<TlsSocket> all = exhaust();
    TlsSocket tooMuch = socket(beginning(15_000), Script.End.SILENCE);
    assertThatThrownBy(tooMuch::handshake)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessage("the bytes of unfinished handshakes take too much memory");
    TlsSocket usual = socket(beginning(HandshakeBudget.USUAL), Script.End.SILENCE);
    assertThat(usual.handshake()).isFalse();
    for (TlsSocket each : all) {
      each.close();
    }
    assertThat(budget.used()).isZero();
  }

  @Test
  void x5BytesOfAPeerThatHasGoneAreGivenBack() throws Exception {
    TlsSocket gone = socket(beginning(15_000), Script.End.END);
    assertThat(gone.handshake()).isFalse();
    assertThat(budget.used()).isEqualTo(15_000 - HandshakeBudget.USUAL);
    assertThatThrownBy(gone::handshake).isInstanceOf(IOException.class);
    assertThat(budget.used()).isZero();
  }

  @Test
  void x5BytesBehindAGreetingAreNotReadBeforeTheyAreOfUse() throws Exception {
    byte[] greeting = Greetings.ofTheJdk();
    TlsSocket eager = socket(Arrays.copyOf(greeting, 60_000), Script.End.SILENCE);
    assertThat(eager.handshake()).isFalse(); // it is calculated
    assertThat(budget.used()).isZero();
    eager.close();
  }
}
