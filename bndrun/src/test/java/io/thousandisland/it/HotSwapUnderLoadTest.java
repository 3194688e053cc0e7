// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.it.handlers.CountingHandler;
import io.thousandisland.it.handlers.Ledger1Handler;
import io.thousandisland.it.handlers.Ledger2Handler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/**
 * W1 to W6 under load, by the clients' own count: no connect is refused, no reply is lost, wrong or
 * torn, and with {@code migrate} no connection is closed. Each run of updates is followed by the
 * same load without updates for the same time, and the two are printed side by side. {@code
 * -Dhotswap.updates=1000} makes more updates, as many with half of the clients on TLS, which take
 * their time.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class HotSwapUnderLoadTest {

  private static final int SCENARIOS = 10;
  private static final int TLS_SCENARIOS = 2;
  private static final List<Figures> ALL = new ArrayList<>();
  private static final List<Figures> ALL_QUIET = new ArrayList<>();

  @InjectBundleContext BundleContext context;

  private final List<Bundle> installed = new ArrayList<>();

  /**
   * The handler's own state is a record whose shape changes with each update, up and down. Two
   * versions of three promise not to block, so connections change between threads of their own and
   * lent threads.
   */
  private HandlerBundle version(String symbolicName, int number, int ranking, boolean ownState) {
    Class<?> own = number % 2 == 0 ? Ledger1Handler.class : Ledger2Handler.class;
    return new HandlerBundle(
        symbolicName,
        "swapped",
        "v" + number,
        ranking,
        ownState ? own : CountingHandler.class,
        number % 3 != 0);
  }

  private Bundle install(HandlerBundle handler) throws Exception {
    Bundle bundle = context.installBundle("test:" + handler.symbolicName(), handler.stream());
    installed.add(bundle);
    return bundle;
  }

  private static Map<String, Object> settings(String leaves, String arrives, boolean rolling) {
    return Map.of(
        "handler.target",
        "(handler.name=swapped)",
        "acceptors",
        4,
        "drainTimeout",
        "10s",
        "shutdownTimeout",
        "5s",
        "handlerWait",
        "infinite",
        "whenHandlerLeaves",
        leaves,
        "whenBetterHandlerArrives",
        arrives,
        "rolling",
        rolling);
  }

  private int updates() {
    return Integer.parseInt(context.getProperty("hotswap.updates")) / SCENARIOS;
  }

  private int updatesOverTls() {
    return Integer.parseInt(context.getProperty("hotswap.tls.updates")) / TLS_SCENARIOS;
  }

  @ParameterizedTest(name = "{0} when it leaves, rolling {1}, own state {2}")
  @CsvSource({
    "migrate, false, false",
    "migrate, false, true",
    "migrate, true, true",
    "drain, false, true",
    "drain, true, false"
  })
  void w3HandlerIsUpdatedAndNothingIsLost(String leaves, boolean rolling, boolean ownState)
      throws Exception {
    var settings = settings(leaves, "keep", rolling);
    try (var server = new ConfiguredServer(context, "updated", settings)) {
      Bundle handler = install(version("swapped.only", 0, 0, ownState));
      handler.start();
      try (var load = new Load(server.port())) {
        for (int i = 1; i <= updates(); i++) {
          handler.update(version("swapped.only", i, 0, ownState).stream());
          load.awaitReplies(3);
        }
        check(
            "leaves: " + leaves + own(ownState),
            rolling,
            leaves.equals("migrate"),
            load.end(updates()),
            List.of(Door.plain(server.port())));
      }
    } finally {
      uninstall();
    }
  }

  /** Two servers have the same handler, and half of the clients come to each. */
  @ParameterizedTest(name = "over TLS, own state {0}")
  @ValueSource(booleans = {false, true})
  void w3HandlerIsUpdatedWithHalfOfItsClientsOnTlsAndNothingIsLost(
      boolean ownState, @TempDir Path folder) throws Exception {
    Path store = ConfiguredTls.store(folder.resolve("store.p12"), "swapped");
    var settings = settings("migrate", "keep", false);
    var over = new HashMap<String, Object>(settings);
    try (var tls = new ConfiguredTls(context, ConfiguredTls.files(store, folder))) {
      over.put("transport.target", tls.target());
      try (var plain = new ConfiguredServer(context, "plain", settings);
          var secure = new ConfiguredServer(context, "secure", over)) {
        Bundle handler = install(version("swapped.both", 0, 0, ownState));
        handler.start();
        int port = secure.port();
        List<Door> doors =
            List.of(
                Door.plain(plain.port()), () -> new LineClient(ConfiguredTls.connect(port, store)));
        try (var load = new Load(doors, 2)) {
          for (int i = 1; i <= updatesOverTls(); i++) {
            handler.update(version("swapped.both", i, 0, ownState).stream());
            load.awaitReplies(3);
          }
          check("half on TLS" + own(ownState), false, true, load.end(updatesOverTls()), doors);
        }
      }
    } finally {
      uninstall();
    }
  }

  /** When the better handler leaves again, its connections migrate to the handler before it. */
  @ParameterizedTest(name = "{0} when a better one arrives, rolling {1}, own state {2}")
  @CsvSource({
    "keep, false, true",
    "drain, false, false",
    "drain, true, true",
    "migrate, false, true",
    "migrate, true, false"
  })
  void w4BetterHandlerComesAndGoesAndNothingIsLost(
      String arrives, boolean rolling, boolean ownState) throws Exception {
    var settings = settings("migrate", arrives, rolling);
    try (var server = new ConfiguredServer(context, "bettered", settings)) {
      Bundle good = install(version("swapped.good", 0, 1, ownState));
      good.start();
      Bundle better = install(version("swapped.better", 1, 2, ownState));
      try (var load = new Load(server.port())) {
        for (int i = 1; i <= updates(); i++) {
          better.update(version("swapped.better", i, 2, ownState).stream());
          better.start();
          load.awaitReplies(2);
          if (i % 3 == 0) { // connections that were kept move over to the better handler
            good.update(version("swapped.good", i + 1, 1, ownState).stream());
            load.awaitReplies(2);
          }
          better.stop();
          load.awaitReplies(2);
        }
        check(
            "arrives: " + arrives,
            rolling,
            !arrives.equals("drain"),
            load.end(updates()),
            List.of(Door.plain(server.port())));
      }
    } finally {
      uninstall();
    }
  }

  private static String own(boolean state) {
    return state ? ", own state" : "";
  }

  private void uninstall() throws Exception {
    for (Bundle bundle : installed) {
      bundle.uninstall();
    }
  }

  private void check(
      String what, boolean rolling, boolean nothingCloses, Figures figures, List<Door> doors)
      throws Exception {
    Figures quiet = quiet(doors, figures.length());
    print(what + (rolling ? ", rolling" : ""), figures, quiet);
    ALL.add(figures);
    ALL_QUIET.add(quiet);
    assertThat(quiet.lost() + quiet.refused() + quiet.closed()).as("without updates").isZero();
    assertThat(figures.refused()).as("refused").isZero();
    assertThat(figures.lost()).as("lost").isZero();
    assertThat(figures.longestGap()).as("longest gap").isLessThan(10_000_000_000L);
    if (nothingCloses) {
      assertThat(figures.closed()).as("closed").isZero();
      assertThat(figures.dismissed()).as("told goodbye").isZero();
    } else { // once for each update, and never when the better handler leaves again
      assertThat(figures.closed()).as("closed").isBetween(32L, 32L * figures.updates());
    }
  }

  /** The same load on the same servers for the same time, without updates. */
  private static Figures quiet(List<Door> doors, Duration length) throws Exception {
    try (var load = new Load(doors, 2)) {
      load.goOn(length);
      return load.end(0);
    }
  }

  @AfterAll
  static void sum() {
    if (!ALL.isEmpty()) {
      print(
          "all",
          ALL.stream().reduce(Figures::plus).orElseThrow(),
          ALL_QUIET.stream().reduce(Figures::plus).orElseThrow());
    }
  }

  private static void print(String what, Figures figures, Figures quiet) {
    System.out.println("hot swap, " + what + ": " + figures);
    System.out.println("hot swap | " + what + " " + figures.beside(quiet));
  }
}
