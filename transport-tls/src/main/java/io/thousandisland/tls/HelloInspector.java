// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.tls;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service that sees each TLS client's greeting before the handshake goes on, and may refuse it or
 * choose the certificate. A configuration of {@code io.thousandisland.tls} names its inspector by
 * {@code inspector.target}.
 *
 * <p>Thread: one of the few that calculate handshakes. Other clients wait for it, so an inspector
 * must not wait for long. It is interrupted when the connection is closed, after {@code
 * handshakeTimeout} for example.
 */
@ConsumerType
@FunctionalInterface
public interface HelloInspector {

  /**
   * Looks at a greeting.
   *
   * @return the answer; an exception refuses the client, and is logged
   */
  HelloAnswer inspect(ClientHello hello) throws Exception;
}
