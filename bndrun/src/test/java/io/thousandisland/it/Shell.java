// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.BundleContext;

/** A session of the Gogo shell, without its terminal. */
final class Shell implements AutoCloseable {

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final CommandSession session;

  Shell(BundleContext context) {
    CommandProcessor gogo = context.getService(context.getServiceReference(CommandProcessor.class));
    var out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    session = gogo.createSession(new ByteArrayInputStream(new byte[0]), out, out);
  }

  /** The result of the command, or its output when there is no result. */
  String run(String command) throws Exception {
    printed.reset();
    Object result = session.execute(command);
    return result == null
        ? printed.toString(StandardCharsets.UTF_8)
        : session.format(result, Converter.INSPECT).toString();
  }

  /** The output of the last command before its result. */
  String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    session.close();
  }
}
