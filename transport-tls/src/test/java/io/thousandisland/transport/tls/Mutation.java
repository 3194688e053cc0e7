// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Ways to spoil the bytes of a handshake. */
final class Mutation {

  private static final int RECORD_HEADER = 5;
  private static final int HANDSHAKE = 22;

  /** Of the records that are put in between: all that are defined, and one that is not. */
  private static final byte[] TYPES = {20, 21, 22, 23, 24, 0};

  /** Of handshake messages: all that a client or a server may send. */
  private static final byte[] MESSAGES = {0, 1, 2, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 22, 24, 25};

  private final RandomGenerator random;

  Mutation(RandomGenerator random) {
    this.random = random;
  }

  /** A spoilt form of a first flight. */
  byte[] first(List<byte[]> flights) {
    byte[] bytes = flights.get(random.nextInt(flights.size()));
    if (random.nextInt(3) > 0) {
      bytes = otherExtensions(bytes);
    }
    for (int times = random.nextInt(3); times > 0; times--) {
      bytes =
          random.nextInt(12) == 0
              ? spliced(bytes, flights.get(random.nextInt(flights.size())))
              : any(bytes);
    }
    return bytes;
  }

  /** A spoilt form of any records. */
  byte[] any(byte[] bytes) {
    return switch (random.nextInt(9)) {
      case 0, 1 -> flipped(bytes);
      case 2 -> replaced(bytes);
      case 3 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 4 -> inOtherRecords(bytes);
      case 5 -> withOtherLength(bytes);
      case 6 -> withRecordsBetween(bytes);
      case 7 -> join(bytes, random.nextBoolean() ? bytes : tail());
      default -> without(bytes);
    };
  }

  // ---- bytes

  private byte[] flipped(byte[] bytes) {
    byte[] changed = bytes.clone();
    for (int times = 1 + random.nextInt(3); times > 0 && changed.length > 0; times--) {
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return changed;
  }

  private byte[] replaced(byte[] bytes) {
    byte[] changed = bytes.clone();
    for (int times = 1 + random.nextInt(4); times > 0 && changed.length > 0; times--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
    }
    return changed;
  }

  private byte[] without(byte[] bytes) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(16));
    return join(Arrays.copyOf(bytes, from), Arrays.copyOfRange(bytes, to, bytes.length));
  }

  private byte[] spliced(byte[] a, byte[] b) {
    int at = random.nextInt(Math.min(a.length, b.length) + 1);
    return join(Arrays.copyOf(a, at), Arrays.copyOfRange(b, at, b.length));
  }

  /** Much that follows, more than anyone may keep. */
  private byte[] tail() {
    byte[] tail = new byte[random.nextInt(100) == 0 ? 200_000 : random.nextInt(2_000)];
    if (random.nextBoolean()) {
      random.nextBytes(tail);
    }
    return tail;
  }

  private static byte[] join(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  // ---- records

  /** The bytes cut into records, as far as they are records. */
  private static List<byte[]> records(byte[] bytes) {
    var all = new ArrayList<byte[]>();
    int at = 0;
    while (at < bytes.length) {
      int length = bytes.length - at;
      if (length >= RECORD_HEADER) {
        int said = ByteBuffer.wrap(bytes).getShort(at + 3) & 0xffff;
        length = Math.min(length, RECORD_HEADER + said);
      }
      all.add(Arrays.copyOfRange(bytes, at, at + length));
      at += length;
    }
    return all;
  }

  private static byte[] record(int type, int version, byte[] content) {
    return ByteBuffer.allocate(RECORD_HEADER + content.length)
        .put((byte) type)
        .putShort((short) version)
        .putShort((short) content.length)
        .put(content)
        .array();
  }

  private byte[] inOtherRecords(byte[] bytes) {
    var all = new ByteArrayOutputStream();
    int most = random.nextBoolean() ? 8 : 300;
    for (byte[] record : records(bytes)) {
      for (int at = RECORD_HEADER; at < record.length; ) {
        int now = Math.min(record.length - at, random.nextInt(1 + most));
        if (now == 0 && random.nextInt(8) > 0) {
          continue; // few are empty
        }
        int version = random.nextInt(20) == 0 ? random.nextInt(0x10000) : 0x0303;
        all.writeBytes(record(record[0], version, Arrays.copyOfRange(record, at, at + now)));
        at += now;
      }
    }
    return all.toByteArray();
  }

  private byte[] withRecordsBetween(byte[] bytes) {
    List<byte[]> records = records(random.nextBoolean() ? inOtherRecords(bytes) : bytes);
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      records.add(random.nextInt(records.size() + 1), other());
    }
    return join(records.toArray(byte[][]::new));
  }

  private byte[] other() {
    int type = TYPES[random.nextInt(TYPES.length)];
    byte[] content =
        switch (type) {
          case 20 -> new byte[] {1};
          case 21 -> new byte[] {(byte) (1 + random.nextInt(2)), (byte) random.nextInt(122)};
          case 22 -> message();
          default -> new byte[random.nextInt(40)];
        };
    return record(type, 0x0303, random.nextInt(6) == 0 ? tail() : content);
  }

  private byte[] message() {
    byte[] content = new byte[4 + random.nextInt(40)];
    random.nextBytes(content);
    int length = random.nextInt(4) == 0 ? random.nextInt() & 0xffffff : content.length - 4;
    ByteBuffer.wrap(content).putInt(MESSAGES[random.nextInt(MESSAGES.length)] << 24 | length);
    return content;
  }

  // ---- lengths

  /** Says another length, of a record or of anything that may be one. */
  private byte[] withOtherLength(byte[] bytes) {
    byte[] changed = bytes.clone();
    if (changed.length < RECORD_HEADER + 4) {
      return changed;
    }
    int at =
        switch (random.nextInt(4)) {
          case 0 -> 3; // of the record
          case 1 -> 7; // of the message, its last two bytes
          default -> RECORD_HEADER + random.nextInt(changed.length - RECORD_HEADER - 1);
        };
    int was = ByteBuffer.wrap(changed).getShort(at) & 0xffff;
    int now =
        switch (random.nextInt(6)) {
          case 0 -> was + 1;
          case 1 -> was - 1;
          case 2 -> 0;
          case 3 -> 0xffff;
          case 4 -> was + random.nextInt(-40, 40);
          default -> random.nextInt(0x4200);
        };
    ByteBuffer.wrap(changed).putShort(at, (short) now);
    return changed;
  }

  // ---- extensions

  /** A whole ClientHello whose lengths are right, with other extensions. */
  private byte[] otherExtensions(byte[] flight) {
    ByteBuffer in = ByteBuffer.wrap(flight);
    int at = RECORD_HEADER + 4 + 2 + 32;
    at += 1 + flight[at]; // the session
    at += 2 + in.getShort(at); // the ciphers
    at += 1 + flight[at]; // the compression methods
    List<byte[]> extensions = new ArrayList<>();
    in.position(at + 2);
    while (in.hasRemaining()) {
      byte[] one = new byte[4 + (in.getShort(in.position() + 2) & 0xffff)];
      in.get(one);
      extensions.add(one);
    }
    for (int times = 1 + random.nextInt(2); times > 0 && !extensions.isEmpty(); times--) {
      change(extensions);
    }
    byte[] body = join(extensions.toArray(byte[][]::new));
    byte[] head = Arrays.copyOfRange(flight, RECORD_HEADER, at);
    byte[] length = {(byte) (body.length >> 8), (byte) body.length};
    byte[] message = join(head, length, body);
    ByteBuffer.wrap(message).putInt(0, 1 << 24 | (message.length - 4));
    return record(HANDSHAKE, 0x0301, message);
  }

  private void change(List<byte[]> extensions) {
    int which = random.nextInt(extensions.size());
    byte[] one = extensions.get(which);
    switch (random.nextInt(7)) {
      case 0 -> extensions.add(random.nextInt(extensions.size() + 1), one); // doubled
      case 1 -> extensions.remove(which);
      case 2 -> Collections.swap(extensions, which, random.nextInt(extensions.size()));
      case 3 -> extensions.set(which, sized(Arrays.copyOf(one, 4 + random.nextInt(one.length))));
      case 4 -> {
        byte[] more = new byte[random.nextInt(8) == 0 ? 12_000 : random.nextInt(64)];
        random.nextBytes(more);
        extensions.set(which, sized(join(one, more)));
      }
      case 5 -> {
        byte[] changed = one.clone();
        ByteBuffer.wrap(changed).putShort(0, (short) random.nextInt(60)); // another type
        extensions.set(which, changed);
      }
      default -> {
        byte[] changed = flipped(one);
        changed[0] = one[0];
        changed[1] = one[1];
        extensions.set(which, sized(changed));
      }
    }
  }

  private static byte[] sized(byte[] extension) {
    ByteBuffer.wrap(extension).putShort(2, (short) (extension.length - 4));
    return extension;
  }
}
