package io.thousandisland.runtime.settings;

/**
 * The most connections that a server takes at the same time, and the policy for further
 * connections.
 *
 * @param maxConnections of the whole server
 */
public record LimitSettings(int maxConnections, WhenReached whenReached) {

  static final LimitSettings DEFAULT = new LimitSettings(16_384, WhenReached.PARK);

  /** The policy for new connections while {@code maxConnections} are live. */
  public enum WhenReached {
    /** They wait in the kernel's backlog. */
    PARK,
    /** They are accepted and closed at once. */
    REJECT
  }

  public LimitSettings {
    Checks.between("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
  }
}
