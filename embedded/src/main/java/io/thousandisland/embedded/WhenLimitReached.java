// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

/** The fate of new connections at {@code maxConnections} and at {@code acceptRate}. */
public enum WhenLimitReached {
  /** They wait in the kernel's backlog. */
  PARK,
  /** They are closed at once. */
  REJECT
}
