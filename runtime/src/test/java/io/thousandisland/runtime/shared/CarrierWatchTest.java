// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs in a process of its own, because the number of carriers is fixed when the first virtual
 * thread starts.
 */
@Timeout(120)
class CarrierWatchTest {

  /** Without the watch, one thread among some thousand is forgotten. */
  private static final Duration LENGTH = Duration.ofSeconds(5);

  /**
   * Starts virtual threads while one of them computes, and says whether all of them ran in time.
   */
  static final class Process {
    private Process() {}

    public static void main(String[] arguments) throws Exception {
      var watch = CarrierWatch.startedIfNeeded();
      var over = new AtomicBoolean();
      Thread computes =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!over.get()) {
                      Thread.onSpinWait();
                    }
                  });
      String result = "all ran";
      long end = System.nanoTime() + LENGTH.toNanos();
      while (System.nanoTime() < end) {
        var ran = new CountDownLatch(1);
        Thread unused = Thread.ofVirtual().start(ran::countDown);
        if (!ran.await(3, TimeUnit.SECONDS)) {
          result = "one was forgotten";
          break;
        }
      }
      over.set(true);
      computes.join();
      watch.close();
      System.out.print(result);
    }
  }

  private static String run(String... options) throws Exception {
    String variable = System.getenv().getOrDefault("TEST_JDK21", "");
    String home = System.getProperty("test.jdk21", variable);
    assumeTrue(!home.isBlank(), "no JDK 21: name its folder by -Dtest.jdk21 or by TEST_JDK21");
    var command = new ArrayList<String>();
    command.add(Path.of(home, "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Process.class.getName()));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Test
  void virtualThreadIsNotForgottenWhereThereIsACarrierToSpare() throws Exception {
    assertThat(run("-Djdk.virtualThreadScheduler.parallelism=" + (processors() + 1)))
        .isEqualTo("all ran");
  }

  @Test
  void watchThatWasNotNeededClosesAtOnce() {
    CarrierWatch.startedIfNeeded().close();
  }
}
