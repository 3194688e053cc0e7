// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import io.thousandisland.server.Cidr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The headers of the PROXY protocol that connections begin with.
 *
 * @param sources the proxies: the peers at these addresses may send a header, and nobody else at an
 *     internet address. Not empty unless headers are off
 * @param timeout the longest wait for a header
 */
public record ProxySettings(Mode mode, List<Cidr> sources, Duration timeout) {

  /** Whether connections begin with a header. */
  public enum Mode {
    /** No header is looked for. */
    OFF,
    /** A proxy may send a header. Other peers are served without one. */
    OPTIONAL,
    /** Only proxies are served, and only with a header. */
    REQUIRED
  }

  static final ProxySettings DEFAULT =
      new ProxySettings(Mode.OFF, List.of(), Duration.ofSeconds(5));

  public ProxySettings {
    sources = List.copyOf(sources);
    Checks.positiveAndFinite("proxyTimeout", timeout);
    if (mode != Mode.OFF && sources.isEmpty()) {
      throw new InvalidSetting(
          "proxySources",
          "empty",
          "the addresses of the proxies, because proxyProtocol is not off"
              + " (0.0.0.0/0,::/0 trusts everybody)");
    }
  }

  public boolean isOn() {
    return mode != Mode.OFF;
  }

  public boolean isRequired() {
    return mode == Mode.REQUIRED;
  }

  /**
   * Whether the peer at {@code address} may send a header. A peer without an internet address may:
   * it is on this machine, at a Unix domain socket whose rights let it in.
   */
  public boolean trusts(SocketAddress address) {
    InetAddress ip = address instanceof InetSocketAddress at ? at.getAddress() : null;
    return ip == null || sources.stream().anyMatch(block -> block.contains(ip));
  }
}
