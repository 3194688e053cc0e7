// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The threads of this process, virtual ones included. */
final class ThreadDump {
  private ThreadDump() {}

  private static final Pattern THREAD = Pattern.compile("(?m)^#[0-9]+ \"([^\"]*)\"");

  /** The names that begin so. The folder is for a file that is removed again. */
  static List<String> names(Path folder, String beginning) throws IOException {
    Path file = folder.resolve("threads.txt").toAbsolutePath();
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
    String dump = Files.readString(file);
    Files.delete(file);
    return THREAD
        .matcher(dump)
        .results()
        .map(thread -> thread.group(1))
        .filter(name -> name.startsWith(beginning))
        .toList();
  }
}
