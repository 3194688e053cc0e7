// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory of a process: bytes of live objects after a collection, and kilobytes of RAM. */
record Memory(long heapBytes, long residentKilobytes) {

  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+([0-9]+) kB");

  static Memory of(ServerProcess server) throws IOException, InterruptedException {
    long heap = LiveObjects.of(server).bytes();
    String status = Files.readString(Path.of("/proc/" + server.pid() + "/status"));
    Matcher resident = RESIDENT.matcher(status);
    assertThat(resident.find()).as(status).isTrue();
    return new Memory(heap, Long.parseLong(resident.group(1)));
  }
}
