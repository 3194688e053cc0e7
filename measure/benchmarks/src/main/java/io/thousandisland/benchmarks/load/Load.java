// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The load process. It obeys one line after the other, and answers each with one line: a count, or
 * {@code failed} and the reason. Connections stay open from {@code open} to {@code close}, idle
 * between the commands. The process ends with its input.
 *
 * <pre>
 * open     PORT CONNECTIONS
 * pingpong PORT BYTES NANOS
 * paced    PORT BYTES NANOS PER_SECOND
 * bulk     PORT NANOS
 * churn    PORT BYTES NANOS AT_ONCE      needs an open flock, of no connections
 * close    PORT
 * </pre>
 */
public final class Load {

  private static final Count NOTHING = Count.of(0, 0, 0);

  private final Map<Integer, Flock> flocks = new HashMap<>();

  private Load() {}

  public static void main(String[] args) throws IOException {
    var load = new Load();
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = lines.readLine()) != null; ) {
      try {
        System.out.println(load.obey(line.split(" ", -1)).line());
      } catch (IOException | UncheckedIOException e) {
        System.out.println("failed " + e.getMessage());
      }
    }
  }

  private Count obey(String[] words) throws IOException {
    int port = Integer.parseInt(words[1]);
    return switch (words[0]) {
      case "open" -> {
        flocks.put(port, Flock.open(port, number(words, 2)));
        yield NOTHING;
      }
      case "close" -> {
        Objects.requireNonNull(flocks.remove(port)).close();
        yield NOTHING;
      }
      default -> run(words, Objects.requireNonNull(flocks.get(port)));
    };
  }

  private static Count run(String[] words, Flock flock) throws IOException {
    return switch (words[0]) {
      case "pingpong" -> new PingPong(flock, number(words, 2)).run(nanos(words, 3));
      case "paced" -> new Paced(flock, number(words, 2), number(words, 4)).run(nanos(words, 3));
      case "bulk" -> new Bulk(flock).run(nanos(words, 2));
      case "churn" -> new Churn(flock, number(words, 2)).run(number(words, 4), nanos(words, 3));
      default -> throw new IOException("no such command: " + words[0]);
    };
  }

  private static int number(String[] words, int index) {
    return Integer.parseInt(words[index]);
  }

  private static long nanos(String[] words, int index) {
    return Long.parseLong(words[index]);
  }
}
