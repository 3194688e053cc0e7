// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.jspecify.annotations.Nullable;

/**
 * The session of one client: a line is a command, and its answer follows. The end of the client's
 * input ends the session when all commands are answered.
 *
 * <p>Thread: its own.
 */
final class PortSession {

  private static final Set<String> GOODBYES = Set.of("exit", "quit", "logout");

  /** In characters. A client that sends more would take the memory of the whole process. */
  static final int LONGEST = 1 << 16;

  private final CommandProcessor processor;
  private final Socket client;

  PortSession(CommandProcessor processor, Socket client) {
    this.processor = processor;
    this.client = client;
  }

  void run() throws IOException {
    try (var lines =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        var out = new PrintStream(client.getOutputStream(), true, StandardCharsets.UTF_8);
        // a command finds the end of its input, because the text after its line is the next command
        CommandSession session = processor.createSession(InputStream.nullInputStream(), out, out)) {
      for (String line = read(lines, out); line != null; line = read(lines, out)) {
        String command = line.strip();
        if (isGoodbye(command) || isOfABrowser(command)) {
          return;
        }
        if (!command.isEmpty()) {
          execute(session, command, out);
        }
      }
    }
  }

  /** The next line; null at the end, or when it is longer than a line may be. */
  private static @Nullable String read(Reader in, PrintStream out) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (line.length() == LONGEST) {
        out.println("a line may have at most " + LONGEST + " characters; this session ends");
        return null;
      }
      line.append((char) c);
    }
    return line.toString();
  }

  /** Such a command would end the whole process, which a client at a port does not mean. */
  private static boolean isGoodbye(String command) {
    return GOODBYES.contains(command.split("\\s", 2)[0]);
  }

  /** A web page open in a browser on this machine may send requests here, with commands in them. */
  private static boolean isOfABrowser(String command) {
    return command.matches("[A-Z]+ .* HTTP/[0-9.]+");
  }

  private static void execute(CommandSession session, String command, PrintStream out) {
    try {
      Object answer = session.execute(command);
      if (answer != null) {
        out.println(session.format(answer, Converter.INSPECT));
      }
    } catch (Exception e) { // whatever a command throws is its answer
      out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
}
