// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of a {@link Stampede}: one {@link Act} after the other, each with a connection of its
 * own, chosen at random. It compares every byte.
 *
 * <p>Thread: its own, a virtual one.
 */
final class Guest implements Runnable {

  /**
   * The number of addresses that guests come from: 127.0.0.2 and the next ones. The first one is
   * the server's: a guest from there could take the port of a server that is suspended.
   */
  private static final int ADDRESSES = 16;

  /** The longest wait for a reply on a connection that was served before. */
  private static final int REPLY_MILLIS = 60_000;

  private static final int SMALL_BUFFER = 4096;
  private static final String PADDING = "abcdefghijklmnopqrstuvwxyz".repeat(40);
  private static final int WEIGHTS = weights();

  private final Stampede stampede;
  private final String name;
  private final InetSocketAddress from;
  private final Random random;

  /** The phase of the act that goes on. Read by {@link Stampede}. */
  private volatile Phase phase;

  /** Lines of the connection so far, as the server counts them. */
  private long count;

  private int version;
  private long sent;

  /** Whether a right reply has come on the connection. */
  private boolean served;

  Guest(Stampede stampede, int number, long seed) {
    this.stampede = stampede;
    name = "guest" + number;
    from = new InetSocketAddress("127.0.0." + (2 + number % ADDRESSES), 0);
    random = new Random(seed + number);
    phase = stampede.phase();
  }

  private static int weights() {
    int sum = 0;
    for (Act act : Act.values()) {
      sum += act.weight;
    }
    return sum;
  }

  Phase phase() {
    return phase;
  }

  @Override
  public void run() {
    for (phase = stampede.phase(); !phase.over(); phase = stampede.phase()) {
      Act act = anyAct();
      Outcome outcome = outcome(act);
      phase.outcomes().count(act, outcome);
      if (outcome != Outcome.DONE) {
        pause(200); // otherwise most of the load would be clients that are refused again
      }
    }
  }

  private Act anyAct() {
    int left = random.nextInt(WEIGHTS);
    for (Act act : Act.values()) {
      left -= act.weight;
      if (left < 0) {
        return act;
      }
    }
    throw new IllegalStateException();
  }

  private Outcome outcome(Act act) {
    served = false;
    count = 0;
    version = 0;
    int buffer = act == Act.READ_SLOWLY ? SMALL_BUFFER : 0;
    try (var line = new Line(stampede.port(), from, buffer, phase.patienceMillis())) {
      perform(act, line);
      return Outcome.DONE;
    } catch (BindException e) {
      return Outcome.NO_PORT;
    } catch (SocketTimeoutException e) {
      return served ? complaint(act, Outcome.LOST, e) : Outcome.WAITED;
    } catch (IOException e) {
      return served ? Outcome.ENDED : Outcome.REFUSED;
    } catch (IllegalStateException | IllegalArgumentException e) {
      return complaint(act, Outcome.WRONG, e);
    }
  }

  private Outcome complaint(Act act, Outcome outcome, Exception e) {
    System.out.printf("%s, %s, after %d lines: %s: %s%n", name, act, count, outcome, e);
    return outcome;
  }

  private void perform(Act act, Line line) throws IOException {
    switch (act) {
      case TALK -> talk(line);
      case VISIT -> ask(line, 1);
      case RESET -> {
        ask(line, 1 + random.nextInt(3));
        line.say(text());
        line.reset();
      }
      case DRIP -> drip(line);
      case READ_SLOWLY -> readSlowly(line);
      case HALF_CLOSE -> {
        ask(line, 1);
        String[] asked = say(line, 1 + random.nextInt(4));
        line.halfClose();
        hear(line, asked);
        end(line);
      }
      case SILENCE -> beSilent(line);
      case LEAVE -> {}
    }
  }

  /** One guest in ten talks so long that its connection sees several of the server's troubles. */
  private void talk(Line line) throws IOException {
    int times = random.nextInt(random.nextInt(10) == 0 ? 1000 : 50);
    ask(line, 1);
    for (int i = 0; i < times && phase == stampede.phase(); i++) {
      ask(line, random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1);
      pause(20);
    }
  }

  private void drip(Line line) throws IOException {
    ask(line, 1);
    sent++;
    String text = name + "/" + sent;
    for (int i = 0; i < text.length(); i++) {
      line.drip(text.charAt(i));
      pause(50);
    }
    line.drip('\n');
    hear(line, text);
  }

  /** The server sends numbers up to 250, again and again: see its handler. */
  private void readSlowly(Line line) throws IOException {
    ask(line, 1);
    int length = 50_000 + random.nextInt(350_000);
    line.say("bytes " + length);
    count++;
    for (int i = 0; i < length; i++) {
      int heard = line.hearByte();
      if (heard < 0) {
        throw new IOException("ended");
      }
      if (heard != i % 251) {
        throw new IllegalStateException("byte %d of %d is %d".formatted(i, length, heard));
      }
      if (i % 16_384 == 0) {
        pause(20);
      }
    }
    stampede.replied(phase);
  }

  private void beSilent(Line line) throws IOException {
    line.patience(1 + random.nextInt(2_000));
    try {
      end(line);
    } catch (SocketTimeoutException stillOpen) {
      return;
    }
    throw new IOException("ended");
  }

  private static void end(Line line) throws IOException {
    int heard = line.hearByte();
    if (heard >= 0) {
      throw new IllegalStateException("heard " + heard + " instead of the end");
    }
  }

  private void ask(Line line, int lines) throws IOException {
    hear(line, say(line, lines));
  }

  /** Says the lines at once. */
  private String[] say(Line line, int lines) throws IOException {
    var all = new String[lines];
    for (int i = 0; i < lines; i++) {
      all[i] = text();
    }
    line.say(String.join("\n", all));
    return all;
  }

  private void hear(Line line, String... asked) throws IOException {
    for (String text : asked) {
      count++;
      Reply reply = Reply.of(line.hear());
      if (!reply.answers(text, count, version)) {
        throw new IllegalStateException("%s to %s, the %dth".formatted(reply, text, count));
      }
      version = reply.version();
      stampede.replied(phase);
      if (!served) {
        served = true;
        line.patience(REPLY_MILLIS);
      }
    }
  }

  private String text() {
    sent++;
    return name + "/" + sent + PADDING.substring(0, random.nextInt(PADDING.length()));
  }

  private void pause(int mostMillis) {
    LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(mostMillis)));
  }
}
