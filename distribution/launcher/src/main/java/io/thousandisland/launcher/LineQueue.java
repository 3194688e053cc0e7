// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The bytes that were written and are to be passed on: lines, and the beginning of the last line.
 * The queue holds a limited number of bytes. When it is full, it drops each new line, as a whole,
 * until it is empty. Then the number of dropped lines takes their place.
 *
 * <p>Thread: one at a time. {@link DroppingOutput} guards the queue.
 */
final class LineQueue {
  private static final byte[] LINE_END = {'\n'};
  private static final String NOBODY_READ = ", because nobody read the console\n";

  private final int capacity;

  /** Parts of lines. A line has one part for each call that wrote to it. */
  private final ArrayDeque<byte[]> parts = new ArrayDeque<>();

  private int bytes;

  /** The number of parts at the end that belong to the open line, whose end is not written yet. */
  private int openParts;

  /** Parts of the open line are taken already. */
  private boolean openTaken;

  /** The rest of the open line is dropped. */
  private boolean skipping;

  /** A line was dropped, and since then every line. */
  private boolean full;

  /** The number of dropped lines that no notice has reported. */
  private long dropped;

  /** The number of lines in the notice that was taken last. Zero when a part was taken last. */
  private long told;

  /** Why the part that was taken last could not be passed on. Empty when it could be. */
  private String failure = "";

  LineQueue(int capacity) {
    this.capacity = capacity;
  }

  void add(byte[] written, int offset, int length) {
    int from = offset;
    for (int at = offset; at < offset + length; at++) {
      if (written[at] == '\n') {
        addPart(written, from, at + 1, true);
        from = at + 1;
      }
    }
    if (from < offset + length) {
      addPart(written, from, offset + length, false);
    }
  }

  private void addPart(byte[] written, int from, int to, boolean endsLine) {
    if (!skipping) {
      if (full || bytes + to - from > capacity) {
        full = true;
        skipOpenLine();
      } else {
        append(Arrays.copyOfRange(written, from, to));
        openParts++;
      }
    }
    if (endsLine) {
      openParts = 0;
      openTaken = false;
      skipping = false;
    }
  }

  /** Drops the open line. Its parts that are already taken become a line of their own. */
  private void skipOpenLine() {
    for (; openParts > 0; openParts--) {
      bytes -= parts.removeLast().length;
    }
    if (openTaken) {
      append(LINE_END);
      openTaken = false;
    }
    skipping = true;
    dropped++;
  }

  private void append(byte[] part) {
    parts.add(part);
    bytes += part.length;
  }

  boolean isEmpty() {
    return parts.isEmpty() && dropped == 0;
  }

  /** The next bytes to pass on: a part, or the notice of the dropped lines. */
  byte[] take() {
    if (dropped > 0 && (parts.isEmpty() || !failure.isEmpty())) {
      return notice();
    }
    byte[] part = parts.remove();
    bytes -= part.length;
    told = 0;
    if (openParts > parts.size()) {
      openParts = parts.size();
      openTaken = true;
    }
    return part;
  }

  private byte[] notice() {
    full = full && !parts.isEmpty();
    told = dropped;
    dropped = 0;
    String lines = told == 1 ? "1 line was dropped" : told + " lines were dropped";
    // where writing has failed, half a line may stand
    String text = failure.isEmpty() ? lines + NOBODY_READ : "\n" + lines + ": " + failure + "\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The bytes taken last are passed on. */
  void written() {
    told = 0;
    failure = "";
  }

  /** The bytes taken last could not be passed on. They are dropped, with the rest of their line. */
  void failed(byte[] taken, String why) {
    failure = why;
    if (told > 0) {
      dropped += told;
      told = 0;
      return;
    }
    dropped++;
    if (taken[taken.length - 1] != '\n') {
      skipRest();
    }
  }

  private void skipRest() {
    while (parts.size() > openParts) {
      byte[] part = parts.remove();
      bytes -= part.length;
      if (part[part.length - 1] == '\n') {
        return;
      }
    }
    for (; openParts > 0; openParts--) {
      bytes -= parts.removeLast().length;
    }
    openTaken = false;
    skipping = true;
  }
}
