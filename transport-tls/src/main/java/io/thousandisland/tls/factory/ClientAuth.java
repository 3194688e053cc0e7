// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.tls.factory;

/** Whether clients show a certificate. */
public enum ClientAuth {
  /** They are not asked. */
  NONE,
  /** They may. */
  WANT,
  /** They must. */
  NEED
}
