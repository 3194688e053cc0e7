// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;

/** A shell of its own, with the commands of one object, and a session of that shell. */
final class Gogo implements AutoCloseable {

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final ThreadIOImpl threads = new ThreadIOImpl();
  private final CommandProcessorImpl processor;
  private final CommandSession session;

  Gogo(Object commands) {
    threads.start();
    processor = new CommandProcessorImpl(threads);
    processor.addCommand("ti", commands);
    var out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out);
  }

  /** The answer of the command at its end. */
  String run(String command) throws Exception {
    printed.reset();
    return String.valueOf(session.execute(command));
  }

  CommandSession session() {
    return session;
  }

  /** The lines that the last command has printed until now. */
  List<String> printed() {
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Override
  public void close() {
    session.close();
    processor.stop();
    threads.stop();
  }
}
