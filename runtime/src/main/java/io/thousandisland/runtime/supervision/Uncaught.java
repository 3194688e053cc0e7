// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

/**
 * The way out for throwables that must not be thrown: they are bugs of some code, and must not harm
 * other code.
 */
final class Uncaught {
  private Uncaught() {}

  static void handle(Throwable bug) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
  }

  /** Runs foreign code that must not throw. */
  static void isolate(Runnable foreign) {
    try {
      foreign.run();
    } catch (Throwable bug) {
      handle(bug);
    }
  }
}
