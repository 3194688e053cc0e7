// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.thousandisland.tls.HelloAnswer;
import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.tls.handshake.HandshakeBudget;
import io.thousandisland.transport.tls.handshake.HandshakeThreads;
import io.thousandisland.transport.tls.handshake.Terms;
import io.thousandisland.transport.tls.records.Buffers;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/**
 * Real handshakes whose bytes were changed on their way, through all of the server's handshake with
 * the JDK's engine: each has one clean outcome, and leaves nothing behind. Most begin with a
 * recorded greeting that was changed; some are of a living client, and a later flight was changed.
 *
 * <p>The profile {@code hello-bytes} makes the run longer. {@code -Dhello.seed=N -Dhello.flights=1}
 * repeats the input that a failure names, except what is random in tickets and in the server.
 */
class HostileFlightsTest {

  private static final long INPUTS = Long.getLong("hello.flights", 2_000);
  private static final long SEED = Long.getLong("hello.seed", System.nanoTime());

  /** One of so many has a living client, which calculates a lot. */
  private static final int LIVING = 16;

  /** One connection may not read more than this before it is refused or goes on, in bytes. */
  private static final long MOST_READ = 2 * 65_536;

  /** In seconds; long, because a machine may be busy. */
  private static final long PATIENCE = 60;

  private static final int MOST_CALLS = 20_000;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private enum Outcome {
    NO_GREETING,
    REFUSED_BY_TERMS,
    REFUSED_BY_ENGINE,
    GONE,
    RESET,
    WAITS,
    DONE
  }

  @Test
  void k9AnyFlightHasOneCleanOutcomeAndLeavesNothing() throws Exception {
    List<byte[]> flights = FirstFlights.all(SEED);
    var drivers = new ArrayList<Driver>();
    int count = (int) Math.min(INPUTS, Runtime.getRuntime().availableProcessors());
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      drivers.add(new Driver(i, count, flights));
    }
    drivers.forEach(Thread::start);
    for (Driver driver : drivers) {
      driver.await();
    }
    Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    for (Driver driver : drivers) {
      driver.outcomes.forEach((outcome, times) -> outcomes.merge(outcome, times, Long::sum));
    }
    System.out.printf(
        "%,d handshakes from seed %d in %,d ms: %s%n",
        INPUTS, SEED, (System.nanoTime() - began) / 1_000_000, outcomes);
    if (INPUTS >= 1_000) { // else the run is a repetition
      for (Outcome outcome : Outcome.values()) {
        assertThat(outcomes.getOrDefault(outcome, 0L))
            .as("%s, seed %d", outcome, SEED)
            .isGreaterThan(INPUTS / 500);
      }
    }
    assertThatThreadsEnd();
  }

  private static void assertThatThreadsEnd() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("thousandisland fuzz")) {
        assertThat(thread.join(java.time.Duration.ofSeconds(10))).as(thread.getName()).isTrue();
      }
    }
  }

  /** Counts those that are lent out. */
  private static final class Counted extends Buffers {
    private int out;

    Counted() {
      super(TlsTransport.BUFFER);
    }

    @Override
    public ByteBuffer borrow() {
      out++;
      return super.borrow();
    }

    @Override
    public void release(ByteBuffer buffer) {
      out--;
      super.release(buffer);
    }
  }

  /** Makes some of the handshakes, one after the other, with a thread for calculations. */
  private static final class Driver extends Thread {

    private final int first;
    private final int step;
    private final List<byte[]> flights;
    private final HandshakeThreads threads;
    private final Counted buffers = new Counted();
    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /** The number of the input. Written by this thread; read by the one that awaits it. */
    private volatile long current;

    Driver(int first, int step, List<byte[]> flights) {
      super("driver " + first);
      setDaemon(true);
      this.first = first;
      this.step = step;
      this.flights = flights;
      this.threads = new HandshakeThreads(1, "fuzz " + first);
    }

    @Override
    public void run() {
      try {
        for (long i = first; i < INPUTS; i += step) {
          current = i;
          input(SEED + i);
          if (i / step % 1_000 == 99) {
            honest(SEED + i);
          }
        }
        honest(SEED + INPUTS);
        end.complete(null);
      } catch (Throwable failed) {
        end.completeExceptionally(failed);
      } finally {
        threads.close();
      }
    }

    /** Waits for the end, as long as there is progress. */
    void await() throws Exception {
      for (long before = -1; ; ) {
        try {
          end.get(2 * PATIENCE, TimeUnit.SECONDS);
          return;
        } catch (java.util.concurrent.TimeoutException goesOn) {
          long now = current;
          if (now == before) {
            var stuck = new AssertionError(repetition(SEED + now) + " does not end");
            stuck.setStackTrace(getStackTrace());
            throw stuck;
          }
          before = now;
        }
      }
    }

    private static String repetition(long seed) {
      return "-Dhello.seed=%d -Dhello.flights=1".formatted(seed);
    }

    private void input(long seed) {
      var random = new SplittableRandom(seed);
      var connection = new Connection(threads, buffers, random, seed);
      try {
        Outcome outcome =
            random.nextInt(LIVING) == 0
                ? connection.living(1 + random.nextInt(3))
                : connection.recorded(new Mutation(random).first(flights));
        connection.check();
        outcomes.merge(outcome, 1L, Long::sum);
      } catch (Exception | AssertionError | StackOverflowError e) {
        throw new AssertionError(
            repetition(seed) + " " + HexFormat.of().formatHex(connection.sent.toByteArray()), e);
      }
    }

    /** A connection made afterwards works. */
    private void honest(long seed) throws Exception {
      var connection = new Connection(threads, buffers, new SplittableRandom(seed), seed);
      connection.terms = TestTerms.EC.terms();
      assertThat(connection.living(Integer.MAX_VALUE))
          .as("an honest client's handshake after seed %s", seed)
          .isEqualTo(Outcome.DONE);
      connection.check();
    }
  }

  /** One connection, and its peer. */
  private static final class Connection {

    private final HandshakeThreads threads;
    private final HandshakeBudget budget = new HandshakeBudget();
    private final Counted buffers;
    private final SplittableRandom random;
    private final Random pieces;
    private final Script below;
    private final TlsSocket socket;
    private final Semaphore told = new Semaphore(0);
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
    private Terms terms;

    Connection(HandshakeThreads threads, Counted buffers, SplittableRandom random, long seed) {
      this.threads = threads;
      this.buffers = buffers;
      this.random = random;
      pieces = new Random(seed);
      below = new Script(pieces);
      terms = anyTerms(random);
      socket = new TlsSocket(below, () -> terms, threads, budget, buffers);
      socket.start(
          new Readiness() {
            @Override
            public void readable() {
              told.release();
            }

            @Override
            public void writable() {}
          });
    }

    private static Terms anyTerms(SplittableRandom random) {
      SSLParameters parameters = TestTerms.EC.parameters();
      switch (random.nextInt(6)) {
        case 0 -> parameters.setNamedGroups(new String[] {"secp384r1"}); // most guess another one
        case 1 -> parameters.setApplicationProtocols(new String[] {"http/1.1"});
        case 2 -> parameters.setNeedClientAuth(true);
        default -> {}
      }
      var inspected = random.nextInt(40);
      return new Terms(
          TestTerms.EC.server,
          parameters,
          name -> name.equals("localhost"),
          inspected > 10
              ? null
              : hello ->
                  switch (inspected) {
                    case 0 -> throw new IllegalStateException("oh");
                    case 1 -> HelloAnswer.refuse("no");
                    default -> HelloAnswer.proceed();
                  });
    }

    // ---- peers

    private Script.End anyEnd() {
      Script.End[] all = Script.End.values();
      return all[random.nextInt(all.length)];
    }

    Outcome recorded(byte[] flight) throws Exception {
      send(flight, anyEnd());
      return drive();
    }

    private void send(byte[] bytes, Script.End end) {
      sent.writeBytes(bytes);
      below.plan(bytes, pieces, end);
    }

    /**
     * A client of the JDK.
     *
     * @param changed which of its flights is changed; the client says nothing more behind it
     */
    Outcome living(int changed) throws Exception {
      String[] protocols =
          random.nextBoolean() ? new String[] {"TLSv1.3", "TLSv1.2"} : new String[] {"TLSv1.2"};
      SSLEngine client =
          FirstFlights.client(
              TestTerms.EC.client, protocols, random.nextBoolean(), new String[] {"http/1.1"});
      if (random.nextInt(3) == 0) {
        FirstFlights.retried(client);
      }
      client.beginHandshake();
      byte[] answer = {};
      for (int flight = 1; ; flight++) {
        byte[] said = says(client, answer);
        if (flight == changed) {
          send(new Mutation(random).any(said), anyEnd());
          return drive();
        }
        send(said, Script.End.SILENCE);
        Outcome outcome = drive();
        if (outcome != Outcome.WAITS) {
          return outcome;
        }
        answer = below.taken();
        answered.writeBytes(answer);
      }
    }

    /** All that the client says to {@code heard}, until it waits for more. */
    private static byte[] says(SSLEngine client, byte[] heard) throws SSLException {
      ByteBuffer in = ByteBuffer.wrap(heard);
      ByteBuffer out = ByteBuffer.allocate(100_000);
      ByteBuffer plain = ByteBuffer.allocate(20_000);
      for (; ; ) {
        switch (client.getHandshakeStatus()) {
          case NEED_TASK -> client.getDelegatedTask().run();
          case NEED_WRAP -> {
            var unused = client.wrap(NOTHING, out);
          }
          default -> {
            if (!in.hasRemaining() || client.unwrap(in, plain).bytesConsumed() == 0) {
              return Arrays.copyOf(out.array(), out.position());
            }
          }
        }
      }
    }

    // ---- the server

    /** Calls until the handshake has an outcome, or waits for the peer. */
    private Outcome drive() throws Exception {
      for (int calls = 0; calls < MOST_CALLS; calls++) {
        boolean done;
        try {
          done = socket.handshake();
        } catch (IOException failed) {
          return failed(failed);
        }
        if (done) {
          if (below.goOn() || told.tryAcquire()) {
            readAll();
            continue;
          }
          return Outcome.DONE;
        }
        boolean calculates = !below.wasTouched();
        if (told.tryAcquire()) {
          continue;
        }
        if (calculates) {
          awaitCalculation();
        } else if (!below.hadNoRoom()
            && !below.goOn()
            && !below.hasNews()
            && isIdle()
            && !told.tryAcquire()) {
          assertThat(below.hasMore()).as("bytes that nobody tells of").isFalse();
          return Outcome.WAITS;
        }
      }
      return fail("no outcome in " + MOST_CALLS + " calls");
    }

    private void awaitCalculation() throws InterruptedException {
      if (!told.tryAcquire(PATIENCE, TimeUnit.SECONDS)) {
        var stacks = new StringBuilder("nobody tells to go on; meanwhile");
        Thread.getAllStackTraces()
            .forEach((thread, at) -> stacks.append('\n').append(thread).append(List.of(at)));
        fail(stacks.toString());
      }
    }

    /** Whether nothing is calculated: the only thread has the time for a question. */
    private boolean isIdle() throws Exception {
      var idle = new CompletableFuture<Boolean>();
      threads.execute(() -> idle.complete(threads.waiting() == 0));
      return idle.get(PATIENCE, TimeUnit.SECONDS);
    }

    private void readAll() {
      ByteBuffer into = ByteBuffer.allocate(1_000);
      try {
        while (socket.read(into.clear()) > 0) {}
      } catch (IOException failed) {
        // as for any connection
      }
    }

    private Outcome failed(IOException failed) {
      String message = String.valueOf(failed.getMessage());
      if (failed instanceof EOFException) {
        return Outcome.GONE;
      }
      if (message.equals("Connection reset") || message.equals("Broken pipe")) {
        return Outcome.RESET;
      }
      assertThat(failed).isInstanceOf(SSLException.class);
      return message.startsWith("the peer sent ")
          ? Outcome.NO_GREETING
          : message.startsWith("the client ") || message.startsWith("the inspector ")
              ? Outcome.REFUSED_BY_TERMS
              : Outcome.REFUSED_BY_ENGINE;
    }

    // ---- afterwards

    void check() throws Exception {
      assertThat(below.read()).as("bytes read").isLessThanOrEqualTo(MOST_READ);
      assertThat(buffers.out).as("buffers that were not given back").isZero();
      answered.writeBytes(below.taken());
      checkAnswer(ByteBuffer.wrap(answered.toByteArray()));
      if (!socket.secure()) {
        try {
          assertThat(socket.handshake()).isFalse();
          assertThat(socket.read(ByteBuffer.allocate(500))).isLessThanOrEqualTo(0);
        } catch (IOException failed) {
          // as before
        }
        assertThat(socket.tls()).isEmpty();
      }
      socket.close();
      assertThat(budget.used()).as("bytes that were not given back").isZero();
      assertThat(buffers.out).as("buffers that were not given back").isZero();
    }

    /**
     * It is nothing, or records; an alert that everybody can read is fatal, or says the end, and is
     * the last one.
     */
    private static void checkAnswer(ByteBuffer in) {
      while (in.remaining() >= 5) {
        int type = in.get();
        int version = in.getShort();
        int length = in.getShort() & 0xffff;
        assertThat(type).isBetween(20, 23);
        assertThat(version).isEqualTo(0x0303);
        assertThat(length).isBetween(1, 16_384 + 256);
        int there = Math.min(length, in.remaining());
        if (type == 21 && length == 2 && there == 2) {
          int level = in.get(in.position());
          int code = in.get(in.position() + 1);
          assertThat(level == 2 || code == 0).as("alert %s of level %s", code, level).isTrue();
          assertThat(in.remaining()).as("bytes behind the alert").isEqualTo(2);
        }
        in.position(in.position() + there);
      }
    }
  }
}
