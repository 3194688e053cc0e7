package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;
import org.jspecify.annotations.Nullable;

/**
 * The context class loader of the thread that a callback runs on: that of the handler's class, so
 * that libraries which look for classes by it find those of the handler's bundle.
 *
 * <p>A thread keeps it between callbacks of one connection, and loses it when the connection leaves
 * the handler, or the thread.
 *
 * <p>Thread: all is about the calling one. Writes only when something differs.
 */
public final class ContextLoader {
  private ContextLoader() {}

  /** The next callback on this thread is one of {@code handler}. */
  public static void of(Handler<?> handler) {
    set(handler.getClass().getClassLoader());
  }

  /** This thread is in no handler. Else its loader would keep the classes of one that has left. */
  public static void ofNobody() {
    set(ClassLoader.getSystemClassLoader());
  }

  /** To {@link #restore} when this thread was only lent. */
  public static @Nullable ClassLoader current() {
    return Thread.currentThread().getContextClassLoader();
  }

  public static void restore(@Nullable ClassLoader before) {
    set(before);
  }

  @SuppressWarnings("NullAway") // null is a class loader: that of the JDK
  private static void set(@Nullable ClassLoader loader) {
    Thread me = Thread.currentThread();
    if (me.getContextClassLoader() != loader) {
      me.setContextClassLoader(loader);
    }
  }
}
