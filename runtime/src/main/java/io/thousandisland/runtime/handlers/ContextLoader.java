// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import io.thousandisland.handler.Handler;
import org.jspecify.annotations.Nullable;

/**
 * The context class loader of the thread that a callback runs on. It is the loader of the handler's
 * class, so that libraries which look for classes by it find the classes of the handler's bundle.
 *
 * <p>A thread keeps the loader between callbacks of one connection, and loses it when the
 * connection leaves the handler, or the thread.
 *
 * <p>Thread: all methods are about the calling thread. They write only when the loader differs.
 */
public final class ContextLoader {
  private ContextLoader() {}

  /** Sets the loader of {@code handler}, whose callback is the next on this thread. */
  public static void of(Handler<?> handler) {
    set(handler.getClass().getClassLoader());
  }

  /**
   * Sets the system class loader, because this thread is in no handler. Any other loader would keep
   * the classes of a handler that has left.
   */
  public static void ofNobody() {
    set(ClassLoader.getSystemClassLoader());
  }

  /** The loader to {@link #restore} when this thread was only lent. */
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
