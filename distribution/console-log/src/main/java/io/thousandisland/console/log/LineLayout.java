// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.console.log;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.util.CachingDateFormatter;

/**
 * One line of text: time of day, level, the last part of the logger's name, message; then the trace
 * of the exception. Logback's PatternLayout gives the same for {@code %d{HH:mm:ss.SSS} %-5level
 * %logger{0}: %msg%n}, but first loads every conversion word there is.
 */
final class LineLayout extends LayoutBase<ILoggingEvent> {
  private final CachingDateFormatter time = new CachingDateFormatter("HH:mm:ss.SSS");
  private final ThrowableProxyConverter trace = new ThrowableProxyConverter();

  @Override
  public void setContext(Context context) {
    super.setContext(context);
    trace.setContext(context);
  }

  @Override
  public void start() {
    trace.start();
    super.start();
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    String logger = event.getLoggerName();
    String level = event.getLevel().toString();
    return time.format(event.getTimeStamp())
        + ' '
        + level
        + " ".repeat(Math.max(0, 5 - level.length()))
        + ' '
        + logger.substring(logger.lastIndexOf('.') + 1)
        + ": "
        + event.getFormattedMessage()
        + CoreConstants.LINE_SEPARATOR
        + trace.convert(event);
  }
}
