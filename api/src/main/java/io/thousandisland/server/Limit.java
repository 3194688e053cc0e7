// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

/** A limit of a server's configuration that keeps clients from being served. */
public enum Limit {
  /** The connections of the whole server: {@code maxConnections}. */
  CONNECTIONS("maxConnections"),
  /** The connections of one acceptor: {@code maxConnectionsPerAcceptor}. */
  CONNECTIONS_PER_ACCEPTOR("maxConnectionsPerAcceptor"),
  /** The connections of one remote address: {@code maxConnectionsPerAddress}. */
  CONNECTIONS_PER_ADDRESS("maxConnectionsPerAddress"),
  /** The connections accepted in a second: {@code acceptRate}. */
  RATE("acceptRate"),
  /** The addresses that may connect: {@code allow} and {@code deny}. */
  ACCESS("allow, deny"),
  /** The proxies that may connect, and the header that they send: {@code proxyProtocol}. */
  PROXY("proxyProtocol");

  private final String key;

  Limit(String key) {
    this.key = key;
  }

  /** The key of the configuration that sets the limit. */
  public String key() {
    return key;
  }
}
