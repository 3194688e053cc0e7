// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.bundles;

import io.thousandisland.server.Drain;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Server;
import io.thousandisland.server.SettingInfo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * The hand of a test inside the framework: a socket that takes commands, each a line, and answers
 * each by {@code done RESULT}.
 *
 * <ul>
 *   <li>{@code install FILE} installs and starts a bundle, {@code update FILE} gives that bundle
 *       other content. The result is the milliseconds that it took.
 *   <li>{@code direct}: the bytes of all direct buffers.
 *   <li>{@code suspend}, {@code resume}, {@code drain}, {@code roll}, {@code drainGeneration} (the
 *       newest), {@code drainAcceptor} and {@code drainAddress}, with the name of a server and, for
 *       the last two, a number or an address. A drain goes on when the answer comes. The result is
 *       0 when there is no such generation or acceptor any more.
 *   <li>{@code cut NAME} cuts all drains short that are under way.
 *   <li>{@code connections NAME}, {@code accepted NAME}, {@code refused NAME}, {@code drains NAME},
 *       {@code status NAME}, {@code keys NAME}, {@code setting NAME KEY}: facts about a server.
 * </ul>
 *
 * <p>Thread: a thread of its own takes the connections of the test; each connection has a thread,
 * so that a test can do several things at a time.
 */
public final class ControlActivator implements BundleActivator {

  private final ServerSocket listening;

  public ControlActivator() throws IOException {
    listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  }

  @Override
  public void start(BundleContext context) {
    Thread.ofPlatform().daemon().name("control").start(() -> serve(context));
    System.out.println("control listens on " + listening.getLocalPort());
  }

  @Override
  public void stop(BundleContext context) throws IOException {
    listening.close();
  }

  private void serve(BundleContext context) {
    while (!listening.isClosed()) {
      try {
        Socket test = listening.accept();
        Thread.ofPlatform().daemon().name("control hand").start(() -> obey(test, context));
      } catch (IOException over) {
        // this bundle goes
      }
    }
  }

  private static void obey(Socket test, BundleContext context) {
    try (test) {
      OutputStream out = test.getOutputStream();
      var in =
          new BufferedReader(new InputStreamReader(test.getInputStream(), StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String answer;
        try {
          answer = "done " + result(line.split(" "), context);
        } catch (BundleException | IOException | InvalidSyntaxException | RuntimeException e) {
          e.printStackTrace();
          answer = "failed " + e;
        }
        out.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException over) {
      // the test has gone
    }
  }

  private static String result(String[] words, BundleContext context)
      throws BundleException, IOException, InvalidSyntaxException {
    return switch (words[0]) {
      case "direct" -> "" + direct();
      case "install", "update" -> "" + bundle(words[0], words[1], context);
      default -> ofServer(words, context);
    };
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /** Returns the milliseconds that it took. */
  private static long bundle(String command, String file, BundleContext context)
      throws BundleException, IOException {
    Bundle known = context.getBundle("test:handler");
    long begun = System.nanoTime();
    try (InputStream content = URI.create(file).toURL().openStream()) {
      if (command.equals("install")) {
        context.installBundle("test:handler", content).start();
      } else {
        known.update(content);
      }
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
  }

  private static String ofServer(String[] words, BundleContext context)
      throws InvalidSyntaxException {
    String filter = "(" + Server.NAME + "=" + words[1] + ")";
    for (ServiceReference<Server> reference : context.getServiceReferences(Server.class, filter)) {
      Server server = context.getService(reference);
      if (server != null) {
        try {
          return ofServer(words, server);
        } finally {
          context.ungetService(reference);
        }
      }
    }
    throw new IllegalStateException("there is no server " + words[1]);
  }

  private static String ofServer(String[] words, Server server) {
    switch (words[0]) {
      case "suspend" -> server.suspend();
      case "resume" -> server.resume();
      case "cut" -> server.drains().forEach(Drain::cutShort);
      case "connections" -> {
        return "" + server.info().connections();
      }
      case "accepted" -> {
        return "" + server.info().accepted();
      }
      case "refused" -> {
        return "" + server.info().refused().values().stream().mapToLong(Long::longValue).sum();
      }
      case "drains" -> {
        return "" + server.drains().size();
      }
      case "status" -> {
        return server.status().name();
      }
      case "keys" -> {
        return server.info().settings().stream()
            .map(SettingInfo::key)
            .collect(Collectors.joining(" "));
      }
      case "setting" -> {
        return server.info().settings().stream()
            .filter(setting -> setting.key().equals(words[2]))
            .map(SettingInfo::value)
            .collect(Collectors.joining());
      }
      default -> {
        return begins(words, server) ? "1" : "0";
      }
    }
    return "1";
  }

  /** Begins a drain. False when its subject has gone. */
  private static boolean begins(String[] words, Server server) {
    try {
      switch (words[0]) {
        case "drain" -> server.drain();
        case "roll" -> server.drainRolling();
        case "drainAcceptor" -> server.drainAcceptor(Integer.parseInt(words[2]));
        case "drainAddress" -> server.drainAddress(words[2]);
        case "drainGeneration" -> {
          List<GenerationInfo> all = server.info().generations();
          if (all.isEmpty()) {
            return false;
          }
          server.drainGeneration(all.getLast().number());
        }
        default -> throw new IllegalStateException("no such command: " + words[0]);
      }
      return true;
    } catch (IllegalArgumentException gone) {
      return false;
    }
  }
}
