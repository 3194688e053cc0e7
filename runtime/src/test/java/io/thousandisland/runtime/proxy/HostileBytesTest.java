// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.proxy.Parsed.Complete;
import io.thousandisland.runtime.proxy.Parsed.Incomplete;
import io.thousandisland.runtime.proxy.Parsed.Malformed;
import io.thousandisland.runtime.proxy.Parsed.NoHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Bytes of any kind have one of the four outcomes, the same one in every split, and nothing else
 * happens. The profile {@code proxy-bytes} makes the run longer. {@code -Dproxy.seed=N
 * -Dproxy.inputs=1} repeats the input that a failure names.
 */
class HostileBytesTest {

  private static final long INPUTS = Long.getLong("proxy.inputs", 20_000);
  private static final long SEED = Long.getLong("proxy.seed", System.nanoTime());

  /** The lines of TCP4 that are right, by an expression instead of a parser. */
  private static final Pattern TCP4 = tcp4();

  private static Pattern tcp4() {
    String octet = "(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])";
    String address = octet + "(?:\\." + octet + "){3}";
    String port =
        "(?:0|[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d\\d|655[0-2]\\d|6553[0-5])";
    return Pattern.compile(
        "PROXY TCP4 " + address + " " + address + " " + port + " " + port + "\\r\\n");
  }

  @Test
  void k14AnyBytesHaveOneCleanOutcomeWhichIsTheSameInEverySplit() {
    Map<Class<?>, Integer> outcomes = new HashMap<>();
    for (long seed = SEED; seed - SEED < INPUTS; seed++) {
      byte[] input = new HostileBytes(seed).next();
      try {
        outcomes.merge(outcome(input, seed).getClass(), 1, Integer::sum);
      } catch (Exception | AssertionError | StackOverflowError e) {
        throw new AssertionError(
            "-Dproxy.seed=%d -Dproxy.inputs=1 %s".formatted(seed, HexFormat.of().formatHex(input)),
            e);
      }
    }
    System.out.printf("%,d inputs from seed %d: %s%n", INPUTS, SEED, outcomes);
    if (INPUTS >= 10_000) { // else the run is a repetition
      for (Class<?> kind :
          new Class<?>[] {Complete.class, Incomplete.class, Malformed.class, NoHeader.class}) {
        assertThat(outcomes.getOrDefault(kind, 0))
            .as("%s, seed %d", kind, SEED)
            .isGreaterThan((int) (INPUTS / 50));
      }
    }
  }

  private static Parsed outcome(byte[] input, long seed) {
    Parsed whole = HeaderParser.parse(ByteBuffer.wrap(input));
    boolean decided = false;
    for (int come : splits(input, whole, new SplittableRandom(~seed))) {
      Parsed parsed = HeaderParser.parse(among(input, come, decided ? (byte) '\n' : 0));
      decided |= !(parsed instanceof Incomplete);
      check(parsed.equals(decided ? whole : new Incomplete()), parsed, whole, come);
      if (whole instanceof Complete complete) {
        check(decided == (come >= complete.length()), parsed, whole, come);
      }
    }
    check(decided || input.length < HeaderParser.MOST_BYTES, whole, whole, input.length);
    if (whole instanceof Complete complete) {
      ByteBuffer again = complete.header().encode();
      Parsed parsed = HeaderParser.parse(again);
      check(
          parsed.equals(new Complete(complete.header(), again.remaining())),
          parsed,
          whole,
          input.length);
      boolean printable = complete.header().toString().chars().noneMatch(Character::isISOControl);
      check(printable, whole, whole, input.length);
    }
    String text = new String(input, ISO_8859_1);
    if (text.startsWith("PROXY TCP4 ")) {
      boolean right = TCP4.matcher(text).lookingAt();
      check(whole instanceof Complete == right, whole, whole, input.length);
    }
    return whole;
  }

  /** An assertion that costs nothing while it holds: there may be billions. */
  private static void check(boolean holds, Parsed parsed, Parsed whole, int come) {
    if (!holds) {
      throw new AssertionError("%d bytes are %s, all are %s".formatted(come, parsed, whole));
    }
  }

  /** Numbers of bytes in ascending order, the last one all. Some inputs get every split. */
  private static TreeSet<Integer> splits(byte[] input, Parsed whole, SplittableRandom random) {
    var splits = new TreeSet<Integer>();
    boolean every = input.length <= 128 && random.nextInt(4) == 0;
    for (int come = 0; come < (every ? input.length : Math.min(20, input.length)); come++) {
      splits.add(come);
    }
    for (int i = 0; !every && i < 10; i++) {
      splits.add(random.nextInt(input.length + 1));
    }
    if (whole instanceof Complete complete) {
      splits.add(complete.length() - 1);
      splits.add(complete.length());
    }
    splits.add(input.length);
    return splits;
  }

  /** The first bytes of {@code input}, and other bytes before and behind them in the buffer. */
  private static ByteBuffer among(byte[] input, int come, byte other) {
    byte[] buffer = new byte[come + 20];
    Arrays.fill(buffer, other);
    System.arraycopy(input, 0, buffer, 7, come);
    return ByteBuffer.wrap(buffer, 7, come);
  }
}
