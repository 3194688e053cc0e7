package io.thousandisland.acceptance.bundles;

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
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * The hand of a test inside the framework: a socket that takes commands, each a line.
 *
 * <p>{@code install FILE} installs and starts a bundle, {@code update FILE} gives that bundle other
 * content: answered by {@code done MILLISECONDS}. {@code direct} asks for the bytes of all direct
 * buffers: answered by {@code done BYTES}.
 *
 * <p>Thread: a thread of its own takes the connections of the test, one after the other.
 */
public final class ControlActivator implements BundleActivator {

  private final ServerSocket listening;

  public ControlActivator() throws IOException {
    listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
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
      try (Socket test = listening.accept()) {
        obey(test, context);
      } catch (IOException over) {
        // the test has gone, or this bundle goes
      }
    }
  }

  private static void obey(Socket test, BundleContext context) throws IOException {
    OutputStream out = test.getOutputStream();
    var in =
        new BufferedReader(new InputStreamReader(test.getInputStream(), StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      long begun = System.nanoTime();
      String answer;
      try {
        String[] words = line.split(" ", 2);
        if (words[0].equals("direct")) {
          answer = "done " + direct();
        } else {
          obey(words[0], words[1], context);
          answer = "done " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        }
      } catch (BundleException | IOException e) {
        e.printStackTrace();
        answer = "failed " + e;
      }
      out.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static void obey(String command, String file, BundleContext context)
      throws BundleException, IOException {
    Bundle known = context.getBundle("test:handler");
    try (InputStream content = URI.create(file).toURL().openStream()) {
      switch (command) {
        case "install" -> context.installBundle("test:handler", content).start();
        case "update" -> known.update(content);
        default -> throw new IOException("no such command: " + command);
      }
    }
  }
}
