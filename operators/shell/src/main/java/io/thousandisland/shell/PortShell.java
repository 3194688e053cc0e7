// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.service.command.CommandProcessor;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.util.tracker.ServiceTracker;

/**
 * A port of this machine's own address at which Gogo takes commands, one a line. The port is open
 * only where the framework property {@value #PORT} says so, because nothing protects it: any user
 * who can run a program on this machine can stop the server.
 *
 * <p>Thread: one thread accepts, and each session has its own. They are platform threads, because
 * handlers may keep all carriers of virtual threads.
 */
@Component(
    service = {},
    immediate = true)
public final class PortShell {

  static final String PORT = "io.thousandisland.shell.port";

  /**
   * More sessions than a well-behaved user needs; a limit, so that they cannot exhaust the machine.
   */
  static final int MOST_SESSIONS = 16;

  private static final String FULL = "there are " + MOST_SESSIONS + " sessions already\n";
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String GOGOS_LAST =
      "(&("
          + CommandProcessor.COMMAND_SCOPE
          + "=gogo)("
          + CommandProcessor.COMMAND_FUNCTION
          + "=gosh))";

  private final @Nullable CommandProcessor processor;
  private final Set<Socket> sessions = ConcurrentHashMap.newKeySet();

  /** Written before the component is active, and read from then on. */
  private Optional<ServerSocket> listening = Optional.empty();

  /** Without Gogo there is no shell, but the commands of this bundle may still be there. */
  @Activate
  public PortShell(
      @Reference(
              cardinality = ReferenceCardinality.OPTIONAL,
              policyOption = ReferencePolicyOption.GREEDY)
          @Nullable CommandProcessor processor) {
    this.processor = processor;
  }

  @Activate
  void open(BundleContext context) {
    String port = context.getProperty(PORT);
    if (processor != null && port != null) {
      open(processor, port, () -> awaitGogosCommands(context));
    }
  }

  /**
   * Waits for Gogo's own commands and converters. They come with another bundle, which may start
   * after this bundle; the last command in its list is {@code gosh}. Without that bundle, the first
   * client waits for ten seconds, and then has the commands of this bundle.
   */
  private static void awaitGogosCommands(BundleContext context) {
    try {
      var commands = new ServiceTracker<>(context, context.createFilter(GOGOS_LAST), null);
      commands.open();
      Object unused = commands.waitForService(PATIENCE.toMillis());
      commands.close();
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException | IllegalStateException e) {
      // the bundle may stop meanwhile: then the port is closed, too
    }
  }

  /**
   * Without the port there is still the server, so a failure is reported, not thrown.
   *
   * @param beforeFirst runs before the first session begins, on the thread that accepts
   */
  void open(CommandProcessor gogo, String port, Runnable beforeFirst) {
    try {
      var socket = new ServerSocket(Integer.parseInt(port), 0, InetAddress.getLoopbackAddress());
      listening = Optional.of(socket);
      String host = socket.getInetAddress().getHostAddress();
      int number = socket.getLocalPort();
      System.out.printf(
          "shell listens on %s:%s, unprotected - talk to it: nc %s %s%n",
          host, number, host, number);
      Thread.ofPlatform()
          .daemon()
          .name("shell")
          .start(
              () -> {
                beforeFirst.run();
                accept(gogo, socket);
              });
    } catch (IllegalArgumentException e) {
      System.err.printf("%s: \"%s\" is not a port; allowed: 0 to 65535%n", PORT, port);
    } catch (IOException e) {
      System.err.printf("%s: port %s cannot be opened: %s%n", PORT, port, e.getMessage());
    }
  }

  /** The port at which the shell listens. */
  Optional<Integer> port() {
    return listening.map(ServerSocket::getLocalPort);
  }

  private void accept(CommandProcessor gogo, ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        begin(gogo, socket.accept());
      } catch (IOException e) {
        if (!socket.isClosed()) { // the process may be out of descriptors: later again
          System.err.printf("shell: cannot accept a session: %s%n", e);
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }
    sessions.forEach(PortShell::end); // a session may have begun while the others were ended
  }

  private void begin(CommandProcessor gogo, Socket client) throws IOException {
    if (sessions.size() >= MOST_SESSIONS) {
      try (client) {
        client.getOutputStream().write(FULL.getBytes(StandardCharsets.UTF_8));
      }
      return;
    }
    sessions.add(client);
    Thread.ofPlatform().daemon().name("shell " + client.getPort()).start(() -> serve(gogo, client));
  }

  private void serve(CommandProcessor gogo, Socket client) {
    try (client) {
      new PortSession(gogo, client).run();
    } catch (IOException | UncheckedIOException e) {
      // the client has gone, so there is nothing to tell it
    } finally {
      sessions.remove(client);
    }
  }

  /** Waits for no session, because a command of a session may call this method. */
  @Deactivate
  void close() throws IOException {
    if (listening.isPresent()) {
      listening.get().close();
    }
    sessions.forEach(PortShell::end);
  }

  private static void end(Socket session) {
    try {
      session.close();
    } catch (IOException e) {
      // it has ended by itself
    }
  }
}
