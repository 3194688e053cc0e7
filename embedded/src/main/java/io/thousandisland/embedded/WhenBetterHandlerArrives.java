// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

/** The fate of connections when another handler begins to serve beside their own. */
public enum WhenBetterHandlerArrives {
  /** They stay with their handler. */
  KEEP,
  /** They are drained. */
  DRAIN,
  /** They go on with the new handler; those that cannot are drained. */
  MIGRATE
}
