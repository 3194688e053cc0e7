// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.hello;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.tls.Greetings;
import io.thousandisland.transport.tls.hello.Greeting.Hello;
import io.thousandisland.transport.tls.hello.Greeting.Incomplete;
import io.thousandisland.transport.tls.hello.Greeting.NoHello;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Greetings of the JDK's client, whole, in pieces, changed, and random bytes. */
class GreetingParserTest {

  private static final long INPUTS = Long.getLong("hello.inputs", 20_000);

  private static byte[] greeting() throws Exception {
    return Greetings.ofTheJdk();
  }

  private static Greeting parse(byte[] bytes) {
    ByteBuffer given = ByteBuffer.wrap(bytes);
    Greeting found = GreetingParser.parse(given);
    assertThat(given.remaining()).isEqualTo(bytes.length); // they stay as they are
    return found;
  }

  /** The same greeting, in records of {@code size} bytes. */
  private static byte[] inRecordsOf(int size, byte[] greeting) {
    ByteBuffer out = ByteBuffer.allocate(greeting.length * 6);
    for (int at = 5; at < greeting.length; at += size) {
      int now = Math.min(size, greeting.length - at);
      out.put((byte) 22).putShort((short) 0x0303).putShort((short) now).put(greeting, at, now);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  @Test
  void k13FactsOfAGreetingAreFound() throws Exception {
    var hello = (Hello) parse(greeting());
    assertThat(hello.serverName()).hasValue("example.com");
    assertThat(hello.applicationProtocols()).containsExactly("h2", "http/1.1");
    assertThat(hello.versions()).containsExactly(0x0304, 0x0303);
    assertThat(hello.cipherSuites()).contains(0x1301, 0x1302);
    assertThat(hello.groups()).contains(0x001d, 0x0017);
  }

  @Test
  void k13GreetingIsTheSameInRecordsOfAnySize() throws Exception {
    byte[] greeting = greeting();
    Greeting whole = parse(greeting);
    for (int size : new int[] {1, 2, 3, 4, 5, 100, 16_384}) {
      assertThat(parse(inRecordsOf(size, greeting))).as("records of %s", size).isEqualTo(whole);
    }
  }

  @Test
  void k13EveryBeginningOfAGreetingIsIncomplete() throws Exception {
    byte[] greeting = greeting();
    for (byte[] form : List.of(greeting, inRecordsOf(7, greeting))) {
      for (int length = 0; length < form.length; length++) {
        assertThat(parse(Arrays.copyOf(form, length))).isInstanceOf(Incomplete.class);
      }
    }
  }

  @Test
  void k13BytesBehindAGreetingDoNotMatter() throws Exception {
    byte[] greeting = greeting();
    byte[] more = Arrays.copyOf(greeting, greeting.length + 100);
    assertThat(parse(more)).isEqualTo(parse(greeting));
  }

  @Test
  void k13NameThatIsNoDnsNameIsMalformed() throws Exception {
    byte[] greeting = greeting();
    int at = new String(greeting, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("xample.");
    for (char c : " \n\u0000\u001b\u00e9/%".toCharArray()) {
      byte[] bad = greeting.clone();
      bad[at] = (byte) c;
      assertThat(parse(bad)).isEqualTo(new NoHello("a malformed ClientHello", 50));
    }
  }

  @Test
  void k13GreetingThatNeverEndsIsRefused() {
    ByteBuffer endless = ByteBuffer.allocate(GreetingParser.MOST_BYTES);
    endless.put(new byte[] {22, 3, 3, 0, 4, 1, 0, 0x3f, (byte) 0xfc}); // 16,380 bytes are to come
    while (endless.remaining() >= 6) {
      endless.put(new byte[] {22, 3, 3, 0, 1, 0}); // a byte in each record
    }
    assertThat(parse(endless.array())).isInstanceOf(NoHello.class);
  }

  /** Changes, cuts and swaps bytes: whatever comes has one clean outcome. */
  @Test
  void k13AnyBytesHaveACleanOutcome() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    byte[] greeting = greeting();
    for (long i = 0; i < INPUTS; i++) {
      byte[] input = input(random, greeting);
      try {
        Greeting found = parse(input);
        if (found instanceof NoHello no) {
          assertThat(no.reason()).isPrintable();
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "seed " + seed + ", input " + i + ": " + Arrays.toString(input), e);
      }
    }
  }

  private static byte[] input(Random random, byte[] greeting) {
    if (random.nextInt(4) == 0) {
      byte[] any = new byte[random.nextInt(200)];
      random.nextBytes(any);
      if (any.length > 0 && random.nextBoolean()) {
        any[0] = 22;
      }
      return any;
    }
    byte[] changed =
        random.nextInt(3) == 0 ? inRecordsOf(1 + random.nextInt(99), greeting) : greeting.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
    }
    return random.nextInt(3) == 0
        ? Arrays.copyOf(changed, random.nextInt(changed.length))
        : changed;
  }
}
