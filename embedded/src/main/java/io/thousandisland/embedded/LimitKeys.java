// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.time.Duration;

/**
 * The clients that are let in, and their number.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface LimitKeys<B> extends Keys<B> permits ServerKeys {

  /** Most connections at once, 1 or more. Default: 16384. */
  default B maxConnections(int count) {
    return set("maxConnections", count);
  }

  /**
   * Policy for new connections at {@link #maxConnections} and {@link #acceptRate}. Default: park.
   */
  default B whenLimitReached(WhenLimitReached policy) {
    return set("whenLimitReached", Texts.of(policy));
  }

  /**
   * Most connections of one acceptor, which then leaves new ones to the others; 0 for no limit.
   * Default: 0.
   */
  default B maxConnectionsPerAcceptor(int value) {
    return set("maxConnectionsPerAcceptor", value);
  }

  /**
   * Most connections of one remote address, further ones are closed at once; 0 for no limit.
   * Default: 0.
   */
  default B maxConnectionsPerAddress(int value) {
    return set("maxConnectionsPerAddress", value);
  }

  /** First bits of an IPv6 address that count as one address, 1 to 128. Default: 64. */
  default B ipv6Prefix(int value) {
    return set("ipv6Prefix", value);
  }

  /** Most connections accepted in a second, 0 to 1000000; 0 for no limit. Default: 0. */
  default B acceptRate(int value) {
    return set("acceptRate", value);
  }

  /**
   * Connections that may be accepted at once after a quiet time, 0 to 1000000; 0 for as many as
   * {@link #acceptRate}. Default: 0.
   */
  default B acceptBurst(int value) {
    return set("acceptBurst", value);
  }

  /**
   * Addresses and CIDR blocks that may connect, as in {@code 10.0.0.0/8}; none for all. Default:
   * none.
   */
  default B allow(String... blocks) {
    return set("allow", blocks);
  }

  /**
   * Addresses and CIDR blocks that may not connect, even if {@link #allow} has them. Default: none.
   */
  default B deny(String... blocks) {
    return set("deny", blocks);
  }

  /** Number of connections at which an event tells an alarm; 0 for no alarm. Default: 0. */
  default B alarmConnections(int value) {
    return set("alarmConnections", value);
  }

  /** Shortest time between two such alarms, 0 s to 24 h. Default: 5 s. */
  default B alarmCooldown(Duration time) {
    return set("alarmCooldown", Texts.of(time));
  }
}
