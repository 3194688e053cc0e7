// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.Ledger1Handler;
import io.thousandisland.it.handlers.Ledger2Handler;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** W3: a hundred updates under load leave no class loader, thread, descriptor or heap behind. */
class HotSwapLeavesNothingTest {

  private static final int UPDATES = 100;

  @InjectBundleContext BundleContext context;

  private record Use(int threads, int descriptors, long heap) {
    static Use now() throws Exception {
      Runtime runtime = Runtime.getRuntime();
      for (int i = 0; i < 3; i++) {
        System.gc();
      }
      String[] open = new File("/proc/self/fd").list();
      return new Use(
          Thread.getAllStackTraces().size(),
          open == null ? 0 : open.length,
          runtime.totalMemory() - runtime.freeMemory());
    }
  }

  private static HandlerBundle version(int number) {
    Class<?> code = number % 2 == 0 ? Ledger1Handler.class : Ledger2Handler.class;
    boolean nonblocking = number % 3 != 0;
    return new HandlerBundle("traceless.handler", "traceless", "v" + number, 0, code, nonblocking);
  }

  @Test
  void w3HundredUpdatesLeaveNoLoaderNoThreadNoDescriptorAndNoHeapBehind() throws Exception {
    Map<String, Object> settings =
        Map.of(
            "handler.target", "(handler.name=traceless)",
            "acceptors", 4,
            "drainTimeout", "10s",
            "shutdownTimeout", "5s",
            "handlerWait", "infinite");
    Bundle handler = context.installBundle("test:traceless", version(0).stream());
    handler.start();
    var loaders = new Loaders();
    try (var server = new ConfiguredServer(context, "traceless", settings);
        var load = new Load(server.port())) {
      Use start = Use.now();
      Use early = start;
      for (int i = 1; i <= UPDATES; i++) {
        loaders.watch("v" + (i - 1), handler);
        handler.update(version(i).stream());
        load.awaitReplies(1);
        if (i == 2 || i == 20) {
          Loaders.refresh(context, List.of());
          load.awaitReplies(1);
          early = Use.now();
          start = i == 2 ? early : start;
        }
      }
      Loaders.refresh(context, List.of());
      load.awaitReplies(1);
      assertThat(loaders.size()).isEqualTo(UPDATES);
      assertThat(loaders.left()).as("class loaders of versions that have left").isEmpty();
      Use late = Use.now();
      Figures figures = load.end(UPDATES);
      System.out.println("hot swap, traceless: " + figures);
      System.out.printf(
          "hot swap, after 2, 20 and %d updates: threads %d, %d, %d, descriptors %d, %d, %d,"
              + " heap %d, %d, %d KB%n",
          UPDATES,
          start.threads(),
          early.threads(),
          late.threads(),
          start.descriptors(),
          early.descriptors(),
          late.descriptors(),
          start.heap() >> 10,
          early.heap() >> 10,
          late.heap() >> 10);
      assertThat(figures.closed() + figures.lost() + figures.refused()).isZero();
      assertThat(late.heap()).as("heap").isLessThan(early.heap() + (16L << 20));
      int threads = start.threads();
      int descriptors = start.descriptors();
      // visitors come and go, and threads of a pool end when they have been idle for a while
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(Use::now, u -> u.threads() <= threads && u.descriptors() <= descriptors);
    } finally {
      handler.uninstall();
    }
  }
}
