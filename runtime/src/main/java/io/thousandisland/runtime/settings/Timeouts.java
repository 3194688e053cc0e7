// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import io.thousandisland.handler.ReadTimeout;
import java.time.Duration;

/**
 * The timeouts of a server.
 *
 * @param read the longest wait for the next data, counted from the last; {@link
 *     ReadTimeout#FOREVER} for no end
 * @param send the longest wait for a peer that refuses to take data
 * @param handshake the longest wait for a handshake to complete
 * @param drain the time that connections have after the advice to finish; may be zero
 * @param shutdown the time that the remaining connections have together after that; may be zero
 * @param handlerWait the time for which the port stays bound without a handler; may be {@code
 *     FOREVER}
 */
public record Timeouts(
    Duration read,
    Duration send,
    Duration handshake,
    Duration drain,
    Duration shutdown,
    Duration handlerWait) {

  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(15),
          Duration.ofSeconds(15));

  public Timeouts {
    Checks.positive("readTimeout", read);
    Checks.positive("sendTimeout", send);
    Checks.positive("handshakeTimeout", handshake);
    Checks.finite("drainTimeout", drain);
    Checks.finite("shutdownTimeout", shutdown);
    if (handlerWait.isNegative()) {
      throw new InvalidSetting("handlerWait", handlerWait, "0s or longer, or infinite");
    }
  }

  /**
   * {@code duration} as a configuration writes it: {@code 500ms}, {@code 15s}, {@code infinite}.
   */
  public static String text(Duration duration) {
    if (duration.equals(ReadTimeout.FOREVER)) {
      return "infinite";
    }
    boolean seconds = duration.toMillis() % 1_000 == 0;
    return seconds ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
  }

  /** The same with other timeouts for a drain. */
  public Timeouts withDrain(Duration otherDrain, Duration otherShutdown) {
    return new Timeouts(read, send, handshake, otherDrain, otherShutdown, handlerWait);
  }

  /** The same with another send timeout. */
  public Timeouts withSend(Duration other) {
    return new Timeouts(read, other, handshake, drain, shutdown, handlerWait);
  }

  /** The same with another read timeout. */
  public Timeouts withRead(Duration other) {
    return new Timeouts(other, send, handshake, drain, shutdown, handlerWait);
  }

  /** The same with another handshake timeout. */
  public Timeouts withHandshake(Duration other) {
    return new Timeouts(read, send, other, drain, shutdown, handlerWait);
  }

  /** The same with another handler wait. */
  public Timeouts withHandlerWait(Duration other) {
    return new Timeouts(read, send, handshake, drain, shutdown, other);
  }

  /** The same with an {@code n}th of the time for a drain. */
  public Timeouts share(int n) {
    return withDrain(drain.dividedBy(n), shutdown.dividedBy(n));
  }

  /**
   * The time that threads have to notice a close by force: a twentieth of the shutdown timeout, at
   * least 20 ms and at most 500 ms.
   */
  public Duration grace() {
    return Duration.ofMillis(Math.clamp(shutdown.toMillis() / 20, 20, 500));
  }

  /**
   * The longest time until {@link #grace} begins, where threads wait for a processor: three times
   * as much, at most 500 ms. So all is over within 1.2 times the shutdown timeout.
   */
  public Duration untilGrace() {
    return Duration.ofMillis(Math.min(3 * grace().toMillis(), 500));
  }

  /** The longest time of a drain, without the force at its end. */
  public Duration wholeDrain() {
    return drain.plus(shutdown);
  }
}
