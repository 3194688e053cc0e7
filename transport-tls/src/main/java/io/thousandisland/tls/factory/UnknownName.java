// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.tls.factory;

/** The answer to a client that asks for a name that no certificate is for. */
public enum UnknownName {
  /** The first certificate. */
  DEFAULT,
  /** An alert. */
  REFUSE
}
