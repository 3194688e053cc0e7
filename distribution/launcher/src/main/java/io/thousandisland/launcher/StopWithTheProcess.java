// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Ties framework and process together: a signal stops the framework before the process ends, and a
 * framework that is stopped from within (by the shell) ends the process.
 */
public final class StopWithTheProcess implements BundleActivator {
  /** Read by bnd's launcher: start before any bundle does. */
  public static final String IMMEDIATE = "AFTER_FRAMEWORK_INIT";

  private static final long START_MILLIS = 15_000;

  private static final int NOT_STARTED = 1;

  /** The time for a thread to get a processor on a busy machine. */
  private static final long EXIT_MILLIS = 10_000;

  @Override
  public void start(BundleContext context) throws InvalidSyntaxException, IOException {
    ServiceTracker<?, ?> ready =
        new ServiceTracker<>(context, context.createFilter("(launcher.ready=true)"), null);
    ready.open();
    Main.onShutdown(() -> stop(context.getBundle(0).adapt(Framework.class), ready), copies());
    context.addBundleListener((SynchronousBundleListener) event -> exitWhenStopping(event, ready));
    Map<String, Object> command = new HashMap<>();
    command.put("osgi.command.scope", ExitCommand.SCOPE);
    command.put("osgi.command.function", ExitCommand.NAME);
    context.registerService(
        ExitCommand.class, new ExitCommand(), FrameworkUtil.asDictionary(command));
  }

  @Override
  public void stop(BundleContext context) {}

  /** The files that bnd's launcher has made of the jars in the executable jar. */
  private static List<Path> copies() {
    ClassLoader loader = StopWithTheProcess.class.getClassLoader();
    if (!(loader instanceof URLClassLoader)) {
      return Collections.emptyList();
    }
    return Arrays.stream(((URLClassLoader) loader).getURLs())
        .filter(url -> url.getProtocol().equals("file"))
        .map(url -> Paths.get(URI.create(url.toString())))
        .collect(Collectors.toList());
  }

  private static void stop(Framework framework, ServiceTracker<?, ?> ready) {
    try {
      if (framework.getState() != Bundle.STOPPING) {
        // bnd's launcher treats a stop in the middle of its start as an error
        ready.waitForService(START_MILLIS);
      }
      new StopWithPatience(framework).run();
    } catch (BundleException e) {
      System.err.println("Could not stop the framework: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * After a signal the exit is already under way, with the signal's code, and the exit begun here
   * waits without end. Otherwise this exit has to be under way before the framework has stopped,
   * because then bnd's launcher ends the process, too, with another code. A framework that stops
   * before it was ready could not be started: bnd's launcher has said why.
   */
  private static void exitWhenStopping(BundleEvent event, ServiceTracker<?, ?> ready) {
    if (event.getBundle().getBundleId() == 0 && event.getType() == BundleEvent.STOPPING) {
      new ExitCommand().exit(ready.isEmpty() ? NOT_STARTED : 0);
      Main.awaitExit(EXIT_MILLIS);
    }
  }
}
