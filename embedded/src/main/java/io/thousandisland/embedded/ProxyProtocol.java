// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

/** The header of the PROXY protocol, with which a connection may begin. */
public enum ProxyProtocol {
  /** None is looked for. */
  OFF,
  /** A proxy of {@code proxySources} may send it. */
  OPTIONAL,
  /** Only proxies of {@code proxySources} are served, and only with it. */
  REQUIRED
}
