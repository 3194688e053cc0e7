package io.thousandisland.runtime.settings;

/**
 * How many connections a server takes at once, and what becomes of more.
 *
 * @param maxConnections of the whole server
 */
public record LimitSettings(int maxConnections, WhenReached whenReached) {

  static final LimitSettings DEFAULT = new LimitSettings(16_384, WhenReached.PARK);

  /** What becomes of new connections while {@code maxConnections} are live. */
  public enum WhenReached {
    /** They wait in the kernel's backlog. */
    PARK,
    /** They are accepted and closed at once. */
    REJECT
  }

  public LimitSettings {
    Allowed.between("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
  }
}
