// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.folder;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The lines that the folder has written to the log. */
public final class Told implements AutoCloseable {

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.thousandisland.deploy");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  public Told() {
    appender.start();
    logger.addAppender(appender);
  }

  public List<String> lines() {
    return List.copyOf(appender.list).stream()
        .map(event -> event.getLevel() + " " + event.getFormattedMessage())
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
  }
}
