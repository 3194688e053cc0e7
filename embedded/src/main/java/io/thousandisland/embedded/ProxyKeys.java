// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.time.Duration;

/**
 * The PROXY protocol, which tells the address of a proxy's client.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface ProxyKeys<B> extends Keys<B> permits ServerKeys {

  /** Whether a connection may or must begin with a header. Default: off. */
  default B proxyProtocol(ProxyProtocol mode) {
    return set("proxyProtocol", Texts.of(mode));
  }

  /**
   * Addresses and CIDR blocks of the proxies that may send a header; needed unless {@link
   * #proxyProtocol} is off.
   */
  default B proxySources(String... blocks) {
    return set("proxySources", blocks);
  }

  /** Longest wait for a header, longer than 0 s, up to 24 h. Default: 5 s. */
  default B proxyTimeout(Duration time) {
    return set("proxyTimeout", Texts.of(time));
  }
}
