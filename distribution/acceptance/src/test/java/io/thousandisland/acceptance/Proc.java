// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The facts that Linux gives about processes and their sockets. */
public final class Proc {

  private Proc() {}

  /** Open files and sockets of a process. */
  public static long descriptors(long pid) {
    return entries(Path.of("/proc/" + pid + "/fd"));
  }

  /** Platform threads of a process. */
  public static long threads(long pid) {
    return entries(Path.of("/proc/" + pid + "/task"));
  }

  private static long entries(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connections of the server at this port, of which the kernel holds bytes not yet read. */
  public static long unread(int port) throws IOException {
    String local = ":%04X".formatted(port);
    List<Path> tables = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    long found = 0;
    for (Path table : tables) {
      if (Files.exists(table)) {
        try (Stream<String> lines = Files.lines(table)) {
          found +=
              lines
                  .map(line -> line.strip().split("\\s+"))
                  .filter(columns -> columns[1].endsWith(local) && columns[3].equals("01"))
                  .filter(columns -> !columns[4].endsWith(":00000000"))
                  .count();
        }
      }
    }
    return found;
  }

  /** Bytes that the kernel holds for all TCP sockets of the machine. */
  public static long kernelBytes() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/net/sockstat")).stream()
            .filter(each -> each.startsWith("TCP:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.substring(line.indexOf("mem ") + 4).strip()) * 4096;
  }
}
