// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines that the folder writes to the log: INFO for an action that was done, WARN for trouble
 * that needs a person. Each line begins with the name of a file.
 *
 * <p>Thread: any.
 */
public final class Report {

  private static final Logger LOG = LoggerFactory.getLogger("io.thousandisland.deploy");

  public void done(String file, String what) {
    LOG.info("{}: {}", printable(file), printable(what));
  }

  public void trouble(String file, String what) {
    LOG.warn("{}: {}", printable(file), printable(what));
  }

  /** Trouble in the code of a bundle: its author needs the trace. */
  public void trouble(String file, String what, Throwable cause) {
    LOG.warn("{}: {}", printable(file), printable(what), cause);
  }

  /** Trouble of the folder's own code. */
  void bug(String what, Throwable cause) {
    LOG.error("{}", what, cause);
  }

  /** The text as one line, whatever a file is named. */
  static String printable(String text) {
    var line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c == '\n') {
                line.append("\\n");
              } else if (Character.isISOControl(c)) {
                line.append("\\u%04x".formatted(c));
              } else {
                line.appendCodePoint(c);
              }
            });
    return line.toString();
  }
}
