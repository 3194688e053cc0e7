// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A writer that says once, on standard error, when a line cannot be written, because log services
 * swallow the exceptions of their listeners.
 *
 * <p>Thread: any.
 */
final class Guarded implements Consumer<Line> {
  private final Consumer<Line> writer;
  private final AtomicBoolean said = new AtomicBoolean();

  Guarded(Consumer<Line> writer) {
    this.writer = writer;
  }

  @Override
  public void accept(Line line) {
    try {
      writer.accept(line);
    } catch (RuntimeException | LinkageError e) {
      if (said.compareAndSet(false, true)) {
        System.err.println(
            "The OSGi log cannot be written; further failures are not reported. The first line was: "
                + line.message());
        e.printStackTrace();
      }
    }
  }
}
