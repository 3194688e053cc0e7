package io.thousandisland.launcher;

import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Comparator;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first class of the executable jars: refuses a Java that is too old in one line, maps the few
 * options of the command line to what the bundles read, and hands over to bnd's launcher. Compiled
 * for Java 8, so that it can say so.
 */
public final class Main {
  private static final int NEEDED = 21;

  /**
   * What the shutdown hook does first; set once the framework exists, read by the hook's thread.
   */
  private static volatile Runnable stopFramework = () -> {};

  private Main() {}

  public static void main(String[] args) throws Exception {
    String java = System.getProperty("java.specification.version");
    if (release(java) < NEEDED) {
      System.err.printf(
          "Thousand Island needs Java %d or later; this is Java %s (%s).%n",
          NEEDED, System.getProperty("java.version"), System.getProperty("java.home"));
      System.exit(1);
    }
    Path deploy = Paths.get(System.getProperty("deploy", "deploy")).toAbsolutePath();
    Files.createDirectories(deploy);
    setDefault("io.thousandisland.deploy.dir", deploy.toString());
    // The shell of a server without a terminal must not take the end of its input for a wish to
    // stop.
    setDefault("gosh.args", onTerminal() ? "--noshutdown" : "--nointeractive --noshutdown");

    // Few libraries log this way, and what they tell at INFO is for their authors.
    if (System.getProperty("java.util.logging.config.file") == null) {
      Logger.getLogger("").setLevel(Level.WARNING);
    }

    Path storage = Files.createTempDirectory("thousandisland-");
    setDefault("launch.storage.dir", storage.toString());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stopFramework.run();
                  delete(storage);
                },
                "stop"));

    Class.forName("aQute.launcher.pre.EmbeddedLauncher")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }

  /**
   * Called when the framework exists. Public because the caller has another class loader: the one
   * that can see it.
   */
  public static void onShutdown(Runnable stop) {
    stopFramework = stop;
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

  /** Since Java 22 there is a console without a terminal, too, and a method that tells. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean onTerminal() {
    Console console = System.console();
    try {
      return console != null && (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private static void delete(Path tree) {
    try (Stream<Path> paths = Files.walk(tree)) {
      List<Path> deepestFirst =
          paths.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      // stopped while the framework was being created: a few files of it stay behind
    }
  }
}
