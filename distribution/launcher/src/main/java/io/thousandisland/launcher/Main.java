// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The first class of the executable jars. It refuses a Java that is too old and options that are
 * wrong, maps the few options of the command line to the properties that the bundles read, and
 * hands over to bnd's launcher. It is compiled for Java 8, so that it can refuse an old Java.
 */
public final class Main {
  /** Before this release the runtime's CarrierWatch is useful. */
  private static final int CARRIERS_WATCHED_BEFORE = 24;

  private static final int NEEDED = 21;
  private static final int WRONG_OPTIONS = 2;

  /**
   * The first action of the shutdown hook; set once the framework exists, read by the hook's
   * thread.
   */
  private static volatile Runnable stopFramework = () -> {};

  /**
   * Counted down when the end of the process has begun and its exit code is decided. When another
   * class has started the process, nothing would count it down, so it is down from the beginning.
   */
  private static volatile CountDownLatch exiting = new CountDownLatch(0);

  /** Set before the framework exists, read when it does. */
  private static volatile Optional<TemporaryFolder> temporary = Optional.empty();

  private Main() {}

  public static void main(String[] args) throws Exception {
    // Felix writes a number into a version, and does not start where numbers have other digits
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);

    if (StandardInput.isConnection()) { // first: not a word is meant for the client
      StandardInput.problem().forEach(System.err::println);
      System.exit(WRONG_OPTIONS);
    }
    if (release(System.getProperty("java.specification.version")) < NEEDED) {
      System.err.printf(
          "Thousand Island needs Java %d or later; this is Java %s.%n", NEEDED, java());
      System.exit(1);
    }
    Optional<String> asked = Help.asked(args);
    if (asked.isPresent()) {
      System.out.print(asked.get());
      return;
    }
    Installation.of(System.getProperties())
        .ifPresent(installation -> installation.complete(System.getProperties()));
    refuse(Options.problems(System.getProperties(), args));
    DroppingOutput.install(); // from here on, output of bundles keeps no thread waiting

    Path deploy = Paths.get(System.getProperty("deploy", "deploy")).toAbsolutePath();
    TemporaryFolder folder = makeFolders(deploy);
    temporary = Optional.of(folder);
    setDefault("io.thousandisland.deploy.dir", deploy.toString());
    setDefault("launch.storage.dir", folder.path().resolve("framework").toString());
    // The shell of a server without a terminal must not take the end of its input as a wish to
    // stop. On a terminal the end of input is such a wish.
    setDefault("gosh.args", Terminal.isOurs() ? "" : "--nointeractive --noshutdown");
    String shell = System.getProperty("shell", Checks.OFF);
    if (!shell.equals(Checks.OFF)) {
      setDefault("io.thousandisland.shell.port", shell);
    }

    if (System.getProperty("java.util.logging.config.file") == null) {
      setDefault("java.util.logging.config.class", QuietLogging.class.getName());
    }

    if (release(System.getProperty("java.specification.version")) < CARRIERS_WATCHED_BEFORE) {
      // one carrier to spare: the runtime's CarrierWatch needs it, to wake the other carriers
      int carriers = Runtime.getRuntime().availableProcessors() + 1;
      setDefault("jdk.virtualThreadScheduler.parallelism", String.valueOf(carriers));
    }

    exiting = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  exiting.countDown();
                  stopFramework.run();
                  folder.remove();
                },
                "stop"));

    Class.forName("aQute.launcher.pre.EmbeddedLauncher")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }

  /**
   * Called when the framework exists. Public because the caller has another class loader, which can
   * see the framework.
   *
   * @param copies the jars that the caller's class loader reads; they go with the temporary folder
   */
  public static void onShutdown(Runnable stop, List<Path> copies) throws IOException {
    stopFramework = stop;
    if (temporary.isPresent()) {
      temporary.get().alsoRemove(copies);
    }
  }

  /**
   * Waits until the end of the process has begun. For a caller that has asked for the end, and goes
   * on with work that would otherwise end the process.
   */
  public static void awaitExit(long millis) {
    try {
      boolean unused = exiting.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static TemporaryFolder makeFolders(Path deploy) throws IOException {
    try {
      Files.createDirectories(deploy);
    } catch (IOException e) {
      refuse(Collections.singletonList("deploy: \"" + deploy + "\" cannot be created: " + e));
    }
    Path parent = Paths.get(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    try {
      TemporaryFolder folder = TemporaryFolder.in(parent);
      folder.removeAbandoned().forEach(System.err::println);
      return folder;
    } catch (IOException e) {
      refuse(Collections.singletonList("java.io.tmpdir: \"" + parent + "\" cannot be used: " + e));
      throw e;
    }
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      problems.forEach(System.err::println);
      System.exit(WRONG_OPTIONS);
    }
  }

  static String java() {
    return System.getProperty("java.version") + " (" + System.getProperty("java.home") + ")";
  }

  private static int release(String specification) {
    return Integer.parseInt(
        specification.startsWith("1.") ? specification.substring(2) : specification);
  }

  private static void setDefault(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}
