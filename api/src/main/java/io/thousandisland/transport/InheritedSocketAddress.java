// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import java.net.SocketAddress;

/**
 * The address of the listening socket that this process was given at its start, as its standard
 * input: by systemd, by inetd, or by the process that started it ({@link
 * System#inheritedChannel()}). A process has one of them at most.
 */
public final class InheritedSocketAddress extends SocketAddress {
  private static final long serialVersionUID = 1L;

  /** The only one. */
  public static final InheritedSocketAddress INSTANCE = new InheritedSocketAddress();

  private InheritedSocketAddress() {}

  private Object readResolve() {
    return INSTANCE;
  }

  /** {@code inherited} */
  @Override
  public String toString() {
    return "inherited";
  }
}
