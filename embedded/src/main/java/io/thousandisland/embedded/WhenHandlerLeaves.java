// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

/** The fate of the connections of a handler that is replaced or withdrawn. */
public enum WhenHandlerLeaves {
  /** They wait for the next handler and go on with it; those that cannot are drained. */
  MIGRATE,
  /** They are drained. */
  DRAIN
}
