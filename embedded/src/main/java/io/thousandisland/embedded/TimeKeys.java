// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.time.Duration;

/**
 * The time of a connection, and the pace of its peer.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface TimeKeys<B> extends Keys<B> permits ServerKeys {

  /**
   * Longest wait for data, counted from the last data, longer than 0 s, or {@link
   * io.thousandisland.handler.ReadTimeout#FOREVER}. Default: 60 s.
   */
  default B readTimeout(Duration time) {
    return set("readTimeout", Texts.of(time));
  }

  /**
   * Longest time in which a peer takes no byte that is sent, longer than 0 s, or {@code FOREVER}.
   * Default: 30 s.
   */
  default B sendTimeout(Duration time) {
    return set("sendTimeout", Texts.of(time));
  }

  /**
   * Longest time of a handshake, or of importState, longer than 0 s, or {@code FOREVER}. Default: 5
   * s.
   */
  default B handshakeTimeout(Duration time) {
    return set("handshakeTimeout", Texts.of(time));
  }

  /** Longest wait for a connection's first byte, longer than 0 s. Default: {@code FOREVER}. */
  default B firstByteTimeout(Duration time) {
    return set("firstByteTimeout", Texts.of(time));
  }

  /** Bytes that move the read timeout. Default: received. */
  default B idleBy(IdleBy bytes) {
    return set("idleBy", Texts.of(bytes));
  }

  /**
   * Bytes per second that a peer must send over {@link #rateWindow}, if it sends at all; 0 for any
   * rate. Default: 0.
   */
  default B minReceiveRate(int value) {
    return set("minReceiveRate", value);
  }

  /**
   * Bytes per second that a peer must take over {@link #rateWindow} while bytes wait for it; 0 for
   * any rate. Default: 0.
   */
  default B minSendRate(int value) {
    return set("minSendRate", value);
  }

  /** Time over which rates are measured, longer than 0 s, up to 24 h. Default: 10 s. */
  default B rateWindow(Duration time) {
    return set("rateWindow", Texts.of(time));
  }

  /**
   * Age at which a connection is advised to finish, longer than 0 s; after the drain timeout it is
   * shut down. Default: {@code FOREVER}.
   */
  default B maxAge(Duration time) {
    return set("maxAge", Texts.of(time));
  }

  /**
   * Percent of {@link #maxAge} by which the ages are spread in either direction, 0 to 100. Default:
   * 10.
   */
  default B maxAgeJitter(int value) {
    return set("maxAgeJitter", value);
  }
}
