// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceException;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.slf4j.event.Level;

/**
 * The lines of entries and framework events. A line begins with the bundle's name, unless the
 * message names the bundle.
 */
final class Lines {
  /** The log service's own loggers, for each change of a bundle, a service and the framework. */
  private static final String EVENTS = "Events.";

  private static final String FRAMEWORK_EVENTS = "Events.Framework";

  /** The logger of framework events. */
  private static final String FRAMEWORK = "org.osgi.framework";

  /** Names that stand for no name: an entry that a bundle logs without a logger has the first. */
  private static final String NAMELESS = "LogService";

  private static final Set<String> NO_NAMES =
      Set.of("", NAMELESS, org.osgi.service.log.Logger.ROOT_LOGGER_NAME);

  /** The classes that exceptions of Declarative Services come from. */
  private static final String DECLARATIVE_SERVICES = "org.apache.felix.scr.";

  private Lines() {}

  /**
   * True for an entry that {@link #of(FrameworkEvent)} tells better: with the event's own
   * exception.
   */
  static boolean isTroubleOfTheFramework(LogEntry entry) {
    return LogLevel.WARN.implies(entry.getLogLevel())
        && String.valueOf(entry.getLoggerName()).startsWith(FRAMEWORK_EVENTS);
  }

  static Line of(LogEntry entry) {
    Bundle bundle = entry.getBundle();
    return new Line(
        loggerName(entry.getLoggerName(), bundle),
        level(entry),
        message(String.valueOf(entry.getMessage()), bundle),
        entry.getException(),
        state(bundle));
  }

  private static String loggerName(@Nullable String name, @Nullable Bundle bundle) {
    if (name != null && !NO_NAMES.contains(name)) {
      return name.startsWith(NAMELESS + ".") ? name.substring(NAMELESS.length() + 1) : name;
    }
    String symbolicName = symbolicName(bundle);
    return symbolicName == null ? FRAMEWORK : symbolicName;
  }

  private static Level level(LogEntry entry) {
    boolean event = String.valueOf(entry.getLoggerName()).startsWith(EVENTS);
    return switch (entry.getLogLevel()) {
      case AUDIT -> Level.WARN; // to be seen in any case
      case ERROR -> Level.ERROR;
      case WARN -> Level.WARN;
      case INFO -> event ? Level.DEBUG : Level.INFO; // each service that comes or goes is one
      case DEBUG -> event ? Level.TRACE : Level.DEBUG;
      case TRACE -> Level.TRACE;
    };
  }

  static Line of(FrameworkEvent event) {
    Throwable thrown = event.getThrowable();
    boolean known = thrown instanceof ServiceException service && wasToldBefore(service);
    Level level =
        switch (event.getType()) {
          case FrameworkEvent.ERROR -> known ? Level.DEBUG : Level.ERROR;
          case FrameworkEvent.WARNING -> known ? Level.DEBUG : Level.WARN;
          default -> Level.DEBUG;
        };
    Bundle bundle = event.getBundle();
    return new Line(FRAMEWORK, level, message(message(event), bundle), thrown, state(bundle));
  }

  private static String message(FrameworkEvent event) {
    Throwable thrown = event.getThrowable();
    if (thrown instanceof ServiceException service) {
      Throwable cause = service.getCause();
      return "a service cannot be obtained: " + (cause == null ? service : cause);
    }
    return thrown == null ? "framework event " + event.getType() : thrown.toString();
  }

  /**
   * Whether the trouble was logged before: a component cannot be obtained. Declarative Services log
   * why, and then give null or throw an exception of their own; the framework reports that in
   * addition.
   */
  private static boolean wasToldBefore(ServiceException service) {
    if (service.getType() == ServiceException.FACTORY_ERROR) {
      return true;
    }
    Throwable cause = service.getCause();
    return cause != null
        && cause.getStackTrace().length > 0
        && cause.getStackTrace()[0].getClassName().startsWith(DECLARATIVE_SERVICES);
  }

  private static String message(String message, @Nullable Bundle bundle) {
    String symbolicName = symbolicName(bundle);
    return bundle == null || symbolicName == null || message.contains(symbolicName)
        ? message
        : symbolicName + " " + bundle.getVersion() + ": " + message;
  }

  private static @Nullable String symbolicName(@Nullable Bundle bundle) {
    return bundle == null ? null : bundle.getSymbolicName();
  }

  private static String state(@Nullable Bundle bundle) {
    return bundle == null ? "" : bundle.getBundleId() + " " + bundle.getLastModified();
  }
}
