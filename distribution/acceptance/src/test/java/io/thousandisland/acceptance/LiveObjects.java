// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The objects that are left in a process after a full collection.
 *
 * @param bytes of all of them
 * @param classes one for each class; classes of several loaders may have one name
 */
record LiveObjects(long bytes, List<OfClass> classes) {

  private static final Pattern ROW =
      Pattern.compile("(?m)^ *[0-9]+: +([0-9]+) +[0-9]+ +([\\w.$]+)(?: .*)?$");
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+)");

  /** The objects of one class. */
  record OfClass(String name, long instances) {
    private static OfClass of(MatchResult row) {
      return new OfClass(row.group(2), Long.parseLong(row.group(1)));
    }
  }

  static LiveObjects of(ServerProcess server) throws IOException, InterruptedException {
    // the histogram begins with a full collection, and counts the objects that are left
    String histogram = jcmd(server.pid(), "GC.class_histogram");
    MatchResult total =
        TOTAL.matcher(histogram).results().findFirst().orElseThrow(AssertionError::new);
    return new LiveObjects(
        Long.parseLong(total.group(1)), ROW.matcher(histogram).results().map(OfClass::of).toList());
  }

  /** The objects of all classes of that name. */
  long count(String name) {
    return classes.stream()
        .filter(each -> each.name().equals(name))
        .mapToLong(OfClass::instances)
        .sum();
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process = new ProcessBuilder(jcmd, "" + pid, command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
