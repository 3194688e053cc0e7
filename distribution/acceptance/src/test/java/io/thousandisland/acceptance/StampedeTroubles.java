// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import io.thousandisland.acceptance.bundles.MoodyHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * The things that happen to a server during a stampede, at random: configurations come through the
 * deploy folder, an operator suspends and drains it, and its handler is updated.
 *
 * <p>Thread: one at a time. While {@link #cause} runs, each of the three kinds has a thread of its
 * own, so that they meet in every way.
 */
final class StampedeTroubles {

  private static final String SERVER = "stampede";

  /** The newest configuration is in force after this time. */
  private static final Duration APPLIED = ServerProcess.PATIENCE;

  /** More drains than these at a time would only wait for each other. */
  private static final int DRAINS = 8;

  private final Path home;
  private final Launch launch;
  private final ServerProcess server;
  private final Random random;
  private final RandomSettings settings;
  private final Map<String, Integer> counts = new TreeMap<>(); // guarded by itself
  private volatile Duration longestUpdate = Duration.ZERO; // written by the thread that updates
  private int version;

  StampedeTroubles(
      Path home, Launch launch, ServerProcess server, RandomSettings settings, long seed) {
    this.home = home;
    this.launch = launch;
    this.server = server;
    this.settings = settings;
    random = new Random(seed);
  }

  /** Called before the launch. */
  static void deploy(Launch launch, RandomSettings settings) throws IOException {
    Control.deploy(launch);
    write(launch, settings.with());
  }

  /** Called once, after the launch. */
  void installHandler(Control control) throws IOException {
    control.install(handler());
  }

  /** Causes troubles for some time. Returns when the last one has been caused. */
  void cause(Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
      List<Future<?>> all = new ArrayList<>();
      for (Trouble trouble : List.<Trouble>of(this::configure, this::operate, this::update)) {
        var mine = new Random(random.nextLong());
        Callable<Void> task =
            () -> {
              try (var control = Control.of(server)) {
                while (System.nanoTime() - end < 0) {
                  trouble.happen(control, mine);
                }
              }
              return null;
            };
        all.add(threads.submit(task));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("in the middle of " + this, e.getCause());
    }
  }

  /** The default configuration is in force, the server is RUNNING, and no drain is left. */
  void end(Control control) throws IOException {
    control.text("resume " + SERVER);
    apply(settings.with(), control);
    await("RUNNING", () -> control.text("status " + SERVER).equals("RUNNING"));
    await("without a drain", () -> control.number("drains " + SERVER) == 0);
  }

  /** Puts this configuration in force. */
  void apply(String configuration, Control control) throws IOException {
    write(launch, configuration);
    String number = "" + settings.last();
    String question = "setting " + SERVER + " " + RandomSettings.NUMBER;
    await("in force: " + configuration, () -> control.text(question).equals(number));
  }

  void awaitConnections(int wanted, Control control) {
    await(wanted + " connections", () -> control.number("connections " + SERVER) == wanted);
  }

  /** In one step, as a tool for deployments does it. */
  private static void write(Launch launch, String configuration) throws IOException {
    Path file = launch.deploy().resolve("io.thousandisland.server-" + SERVER + ".cfg");
    Path draft = launch.home().resolve("draft.cfg");
    Files.writeString(draft, configuration);
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  // ---- the kinds of troubles

  /** A kind of trouble; {@code random} is its own. */
  private interface Trouble {
    void happen(Control control, Random random) throws Exception;
  }

  private void configure(Control control, Random mine) throws IOException {
    apply(settings.next(), control);
    count("configurations");
    pause(mine, 500);
  }

  private void update(Control control, Random mine) throws IOException {
    version++;
    Duration took = control.update(handler());
    if (took.compareTo(longestUpdate) > 0) {
      longestUpdate = took;
    }
    count("handler updates");
    pause(mine, 1_000);
  }

  private void operate(Control control, Random mine) throws IOException {
    switch (mine.nextInt(8)) {
      case 0 -> {
        operate("suspend", control);
        pause(mine, 300);
        operate("resume", control);
      }
      case 1 -> {
        operate("drain", control);
        pause(mine, 1_000);
        operate("resume", control);
      }
      case 2 -> drain("drainAcceptor", " " + (1 + mine.nextInt(2)), control);
      case 3 -> drain("roll", "", control);
      case 4 -> drain("drainGeneration", "", control);
      case 5 -> drain("drainAddress", " 127.0.0." + (2 + mine.nextInt(16)), control);
      case 6 -> drain("drainAddress", " 127.0.0.0/29", control);
      default -> operate("cut", control);
    }
    pause(mine, 300);
  }

  private void operate(String command, Control control) throws IOException {
    control.text(command + " " + SERVER);
    count(command);
  }

  private void drain(String command, String subject, Control control) throws IOException {
    if (control.number("drains " + SERVER) < DRAINS) {
      boolean begun = control.number(command + " " + SERVER + subject) == 1;
      count(begun ? command : command + ", too late");
    }
  }

  // ---- the rest

  /** The promise not to block comes and goes. */
  private Path handler() throws IOException {
    return TestBundle.handler(MoodyHandler.class, "moody", version, version % 2 == 0)
        .write(home.resolve("moody-" + version % 2 + ".jar"));
  }

  private void count(String trouble) {
    synchronized (counts) {
      counts.merge(trouble, 1, Integer::sum);
    }
  }

  private static void pause(Random random, int mostMillis) {
    LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(mostMillis)));
  }

  /** Asks often: each configuration of a stampede waits here. */
  private static void await(String what, Callable<Boolean> fact) {
    Awaitility.await(what).pollInterval(Duration.ofMillis(10)).atMost(APPLIED).until(fact);
  }

  /** How many there were of each kind. */
  @Override
  public String toString() {
    synchronized (counts) {
      return counts.entrySet().stream()
              .map(each -> each.getValue() + " " + each.getKey())
              .collect(Collectors.joining(", "))
          + "; longest update "
          + longestUpdate.toMillis()
          + " ms";
    }
  }
}
