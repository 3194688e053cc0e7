// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

/** The bytes that move the read timeout. */
public enum IdleBy {
  /** Received bytes. */
  RECEIVED,
  /** Received bytes, and sent bytes that the peer has taken. */
  BOTH
}
