// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording;

import io.thousandisland.telemetry.Ending;
import java.time.Duration;

/** Exceptions, endings and durations as an event has them. */
final class Texts {
  private Texts() {}

  /** Type and message. */
  static String thrown(Throwable thrown) {
    try {
      return thrown.toString();
    } catch (Throwable broken) { // the exception cannot even give its message
      return thrown.getClass().getName();
    }
  }

  static String ending(Ending ending) {
    return switch (ending) {
      case Ending.ByPeer e -> "by peer";
      case Ending.ByUs e -> "by us";
      case Ending.Failed e -> "failed";
      case Ending.TimedOut e -> "timed out";
      case Ending.NoFirstByte e -> "no first byte";
      case Ending.TooSlow e -> "too slow";
      case Ending.Aged e -> "aged";
      case Ending.ShutDown e -> "shut down";
      case Ending.Unserved e -> "unserved";
      case Ending.Forced e -> "forced";
    };
  }

  /** In nanoseconds, of which a {@code long} holds 292 years. */
  static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException tooLong) {
      return Long.MAX_VALUE;
    }
  }
}
