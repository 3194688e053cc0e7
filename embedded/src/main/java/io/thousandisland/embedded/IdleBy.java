package io.thousandisland.embedded;

/** The bytes that move the read timeout. */
public enum IdleBy {
  /** Received bytes. */
  RECEIVED,
  /** Received bytes, and sent bytes that the peer has taken. */
  BOTH
}
