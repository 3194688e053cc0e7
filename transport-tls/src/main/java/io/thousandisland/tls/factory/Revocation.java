// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.tls.factory;

/** Whether authorities are asked if a client's certificate was revoked. */
public enum Revocation {
  /** They are not. */
  OFF,
  /** They are, and no answer is a good one. */
  SOFT,
  /** They are, and no answer refuses the client. */
  HARD
}
