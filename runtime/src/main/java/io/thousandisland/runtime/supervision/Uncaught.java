package io.thousandisland.runtime.supervision;

/** The way out for what must not be thrown: it is somebody's bug, and must harm nobody else. */
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
