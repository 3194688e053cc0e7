// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

/**
 * The most connections that a server takes, at the same time and in a second, and the policy for
 * further connections. A limit of 0 is no limit, except for {@code maxConnections}.
 *
 * @param maxConnections of the whole server
 * @param whenReached the policy at {@code maxConnections} and at the accept rate
 * @param perAcceptor the most connections of one acceptor
 * @param perAddress the most connections of one remote address
 * @param ipv6Prefix the first bits of an IPv6 address that count as one address
 * @param acceptRate the most connections accepted in a second, in the long run
 * @param acceptBurst the connections that may be accepted at once after a quiet time; 0 for as many
 *     as {@code acceptRate}
 */
public record LimitSettings(
    int maxConnections,
    WhenReached whenReached,
    int perAcceptor,
    int perAddress,
    int ipv6Prefix,
    int acceptRate,
    int acceptBurst) {

  static final LimitSettings DEFAULT = new LimitSettings(16_384, WhenReached.PARK);

  /** The policy for new connections while a limit is reached. */
  public enum WhenReached {
    /** They wait in the kernel's backlog. */
    PARK,
    /** They are accepted and closed at once. */
    REJECT
  }

  /** A limit for the whole server, and no other. */
  public LimitSettings(int maxConnections, WhenReached whenReached) {
    this(maxConnections, whenReached, 0, 0, 64, 0, 0);
  }

  public LimitSettings {
    Checks.between("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
    Checks.between("maxConnectionsPerAcceptor", perAcceptor, 0, Integer.MAX_VALUE);
    Checks.between("maxConnectionsPerAddress", perAddress, 0, Integer.MAX_VALUE);
    Checks.between("ipv6Prefix", ipv6Prefix, 1, 128);
    Checks.between("acceptRate", acceptRate, 0, 1_000_000);
    Checks.between("acceptBurst", acceptBurst, 0, 1_000_000);
  }

  /** The same with another rate. */
  public LimitSettings withRate(int rate, int burst) {
    return new LimitSettings(
        maxConnections, whenReached, perAcceptor, perAddress, ipv6Prefix, rate, burst);
  }

  /** The same with other limits for one acceptor and one address. */
  public LimitSettings withShares(int ofAcceptor, int ofAddress) {
    return new LimitSettings(
        maxConnections, whenReached, ofAcceptor, ofAddress, ipv6Prefix, acceptRate, acceptBurst);
  }
}
