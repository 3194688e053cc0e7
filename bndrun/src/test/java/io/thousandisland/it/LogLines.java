// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

/** The lines logged while a test runs: from all loggers, and in full detail from ours. */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final Logger root = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Logger ours = logger("io.thousandisland");
  private final Level before = ours.getLevel();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  LogLines() {
    setContext(root.getLoggerContext());
    start();
    root.addAppender(this);
    // a level alone would fill the console of the tests
    ours.setLevel(Level.TRACE);
    ours.setAdditive(false);
    ours.addAppender(this);
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }

  @Override
  protected void append(ILoggingEvent event) {
    String trace =
        event.getThrowableProxy() == null
            ? ""
            : " " + ThrowableProxyUtil.asString(event.getThrowableProxy());
    lines.add(event.getLevel() + " " + event.getFormattedMessage() + trace);
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  String await(Predicate<String> wanted) {
    return Awaitility.await()
        .until(() -> lines.stream().filter(wanted).findFirst().orElse(""), l -> !l.isEmpty());
  }

  @Override
  public void close() {
    root.detachAppender(this);
    ours.detachAppender(this);
    ours.setAdditive(true);
    ours.setLevel(before);
    stop();
  }
}
