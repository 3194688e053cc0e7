// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;

/** An entry of an OSGi log. */
record Entry(
    long sequence,
    LogLevel level,
    @Nullable String logger,
    String message,
    @Nullable Bundle bundle,
    @Nullable Throwable thrown)
    implements LogEntry {

  Entry(long sequence, String message) {
    this(sequence, LogLevel.WARN, "org.example", message, null, null);
  }

  static Bundle bundle(String symbolicName) {
    return (Bundle)
        Proxy.newProxyInstance(
            Entry.class.getClassLoader(),
            new Class<?>[] {Bundle.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getSymbolicName" -> symbolicName;
                  case "getVersion" -> Version.valueOf("1.2.3");
                  case "getBundleId" -> 7L;
                  case "getLastModified" -> 1L;
                  default -> throw new AssertionError(method);
                });
  }

  @Override
  public @Nullable Bundle getBundle() {
    return bundle;
  }

  @Override
  public @Nullable ServiceReference<?> getServiceReference() {
    return null;
  }

  @Override
  @Deprecated
  public int getLevel() {
    return 0;
  }

  @Override
  public String getMessage() {
    return message;
  }

  @Override
  public @Nullable Throwable getException() {
    return thrown;
  }

  @Override
  public long getTime() {
    return 0;
  }

  @Override
  public LogLevel getLogLevel() {
    return level;
  }

  @Override
  public @Nullable String getLoggerName() {
    return logger;
  }

  @Override
  public long getSequence() {
    return sequence;
  }

  @Override
  public String getThreadInfo() {
    return "";
  }

  @Override
  public @Nullable StackTraceElement getLocation() {
    return null;
  }
}
