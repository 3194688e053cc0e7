// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The kernel's figures of memory and descriptors, in {@code /proc}. */
final class Memory {

  private static final long PAGE = 4096;

  private Memory() {}

  /**
   * Bytes in the kernel's slabs: sockets, files and places in epoll sets, of both ends, and
   * everything else.
   */
  static long slabs() throws IOException {
    return kibibytes(Path.of("/proc/meminfo"), "Slab:") * 1024;
  }

  /** Bytes that TCP has reserved for data on its way, at both ends. */
  static long tcpBuffers() throws IOException {
    String line = line(Path.of("/proc/net/sockstat"), "TCP:");
    return Long.parseLong(line.substring(line.indexOf(" mem ") + 5).strip()) * PAGE;
  }

  /** The bytes of a process that are in memory. */
  static long resident(long pid) throws IOException {
    return kibibytes(Path.of("/proc/" + pid + "/status"), "VmRSS:") * 1024;
  }

  static long descriptors(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.count();
    }
  }

  private static long kibibytes(Path file, String key) throws IOException {
    return Long.parseLong(line(file, key).replaceAll("[^0-9]", ""));
  }

  private static String line(Path file, String key) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(key))
        .findFirst()
        .orElseThrow(() -> new IOException(file + " says nothing of " + key));
  }
}
