// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.thousandisland.telemetry.Ending;

/** The endings of connections as values of an attribute. */
final class Endings {
  private Endings() {}

  static String name(Ending ending) {
    return switch (ending) {
      case Ending.ByPeer e -> "by_peer";
      case Ending.ByUs e -> "by_us";
      case Ending.Failed e -> "failed";
      case Ending.TimedOut e -> "timed_out";
      case Ending.NoFirstByte e -> "no_first_byte";
      case Ending.TooSlow e -> "too_slow";
      case Ending.Aged e -> "aged";
      case Ending.ShutDown e -> "shut_down";
      case Ending.Unserved e -> "unserved";
      case Ending.Forced e -> "forced";
    };
  }
}
