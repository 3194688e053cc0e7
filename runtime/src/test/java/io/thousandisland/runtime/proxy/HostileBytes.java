// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.thousandisland.handler.ProxyTlv;
import io.thousandisland.runtime.proxy.Headers.Valid;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A generator of first bytes: headers that are right, nearly right, or no headers at all. */
final class HostileBytes {

  private static final List<byte[]> SHORT =
      Headers.VALID.stream().map(Valid::bytes).filter(each -> each.length < 1_000).toList();
  private static final List<byte[]> LONG =
      Headers.VALID.stream().map(Valid::bytes).filter(each -> each.length >= 1_000).toList();

  /** Bytes that mean something somewhere in a header. */
  private static final byte[] MEANT =
      Headers.hex("00 01 02 03 04 05 0a 0d 20 21 11 12 22 23 2e 30 31 32 3a 7f 80 e0 fe ff 50");

  private static final String[] WORDS = {
    "PROXY",
    "TCP4",
    "TCP6",
    "UNKNOWN",
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\r\n",
    "\r\n",
    "\r",
    "\n",
    "0",
    "1",
    "00",
    "255",
    "256",
    "65535",
    "65536",
    "1.2.3.4",
    "10.0.0.1",
    "1.2.3",
    "0.0.0.0",
    "::",
    "::1",
    "2001:db8::1",
    "::ffff:1.2.3.4",
    ":::",
    "fe80::1%1",
    "-1",
    "+1",
    "x",
    "\0",
    "localhost"
  };

  private static final int[] PAIRS = {
    Headers.NONE,
    Headers.TCP4,
    Headers.TCP4,
    Headers.UDP4,
    Headers.TCP6,
    Headers.UDP6,
    Headers.UNIX_STREAM,
    Headers.UNIX_DATAGRAM
  };

  private final SplittableRandom random;

  HostileBytes(long seed) {
    random = new SplittableRandom(seed);
  }

  byte[] next() {
    return switch (random.nextInt(8)) {
      case 0 -> noise();
      case 1, 2, 3 -> mutated();
      case 4, 5 -> text();
      default -> binary();
    };
  }

  private byte[] noise() {
    byte[] noise = bytes(random.nextInt(64));
    return switch (random.nextInt(4)) {
      case 0 -> Headers.join("PROXY ".getBytes(ISO_8859_1), noise);
      case 1 -> Headers.join(Headers.SIGNATURE, noise);
      default -> noise;
    };
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] mutated() {
    List<byte[]> from = random.nextInt(64) == 0 ? LONG : SHORT;
    byte[] bytes = from.get(random.nextInt(from.size())).clone();
    for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
      bytes = mutated(bytes);
    }
    return bytes;
  }

  private byte[] mutated(byte[] bytes) {
    // most mistakes that matter are near the beginning
    int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 40));
    switch (random.nextInt(7)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = MEANT[random.nextInt(MEANT.length)];
      case 2 -> bytes[at] += random.nextBoolean() ? (byte) 1 : (byte) -1;
      case 3 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 4 -> { // without a range
        int end = Math.min(bytes.length, at + 1 + random.nextInt(8));
        return Headers.join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, end, bytes.length));
      }
      case 5 -> { // with a range twice, or with noise
        int end = Math.min(bytes.length, at + random.nextInt(8));
        byte[] more = random.nextBoolean() ? Arrays.copyOfRange(bytes, at, end) : bytes(end - at);
        return Headers.join(
            Arrays.copyOf(bytes, end), more, Arrays.copyOfRange(bytes, end, bytes.length));
      }
      default -> { // the beginning of one header, the end of another
        byte[] other = SHORT.get(random.nextInt(SHORT.size()));
        int from = Math.min(at, other.length);
        return Headers.join(
            Arrays.copyOf(bytes, at), Arrays.copyOfRange(other, from, other.length));
      }
    }
    return bytes;
  }

  private byte[] text() {
    var text = new StringBuilder("PROXY ");
    if (random.nextBoolean()) { // a right form, with words that may be wrong
      text.append(random.nextBoolean() ? "TCP4" : "TCP6");
      for (int i = 0; i < 4; i++) {
        text.append(' ').append(random.nextInt(3) == 0 ? word() : number(i));
      }
      text.append("\r\n");
    } else {
      for (int words = random.nextInt(14); words > 0; words--) {
        text.append(word());
      }
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private String number(int field) {
    if (field > 1) {
      return String.valueOf(random.nextInt(70_000));
    }
    return random.nextInt(258) + "." + random.nextInt(256) + ".0." + random.nextInt(256);
  }

  private byte[] binary() {
    int pair = PAIRS[random.nextInt(PAIRS.length)];
    int addresses = new int[] {0, 12, 36, 216}[pair >> 4] + (rarely() ? random.nextInt(-1, 2) : 0);
    byte[] block = bytes(Math.max(0, addresses));
    for (int tlvs = random.nextInt(5); tlvs > 0; tlvs--) {
      block = Headers.join(block, tlv(0));
    }
    int command = random.nextInt(4) == 0 ? Headers.LOCAL : Headers.PROXY;
    byte[] header = Headers.bytes(command, pair, block);
    if (random.nextBoolean()) {
      header = Headers.checksummed(header);
    }
    if (rarely()) {
      header[15] += (byte) random.nextInt(-3, 4);
    }
    return random.nextBoolean() ? header : Headers.join(header, bytes(random.nextInt(20)));
  }

  private byte[] tlv(int level) {
    int type = random.nextInt(3) == 0 ? random.nextInt(256) : MEANT[random.nextInt(MEANT.length)];
    if (type == ProxyTlv.CRC32C && !rarely()) {
      type = ProxyTlv.ALPN; // the right one follows
    }
    byte[] value = bytes(random.nextInt(12));
    if (level == 0 && random.nextInt(4) == 0) {
      type = ProxyTlv.SSL;
      value = bytes(rarely() ? 4 : 5);
      for (int facts = random.nextInt(4); facts > 0; facts--) {
        value = Headers.join(value, tlv(1));
      }
    }
    byte[] tlv = Headers.tlv(type, value);
    if (rarely()) {
      tlv[2] += (byte) random.nextInt(-2, 3);
    }
    return tlv;
  }

  private boolean rarely() {
    return random.nextInt(16) == 0;
  }
}
