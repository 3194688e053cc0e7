package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory of a process: bytes of live objects after a collection, and kilobytes of RAM. */
record Memory(long heapBytes, long residentKilobytes) {

  static Memory of(ServerProcess server) throws IOException, InterruptedException {
    // the histogram begins with a full collection, and counts the objects that are left
    String histogram = jcmd(server.pid(), "GC.class_histogram");
    long heap = number("(?m)^Total +[0-9]+ +([0-9]+)", histogram);
    String status = Files.readString(Path.of("/proc/" + server.pid() + "/status"));
    return new Memory(heap, number("VmRSS:\\s+([0-9]+) kB", status));
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process = new ProcessBuilder(jcmd, "" + pid, command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static long number(String regex, String text) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    assertThat(matcher.find()).as("%s in %s", regex, text).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
