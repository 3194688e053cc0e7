// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.tls;

import java.util.Optional;

/** The answer of a {@link HelloInspector}. */
public sealed interface HelloAnswer {

  /**
   * The handshake goes on.
   *
   * @param certificateOf the name whose certificate the client is shown, whatever name it asked
   *     for; empty for the certificate of the name that it asked for
   */
  record Proceed(Optional<String> certificateOf) implements HelloAnswer {}

  /**
   * The handshake ends, with the alert <em>access_denied</em>.
   *
   * @param reason for the log; the client does not see it
   */
  record Refuse(String reason) implements HelloAnswer {}

  /** The handshake goes on as it would without an inspector. */
  static HelloAnswer proceed() {
    return new Proceed(Optional.empty());
  }

  /** The handshake goes on with the certificate of {@code name}. */
  static HelloAnswer withCertificateOf(String name) {
    return new Proceed(Optional.of(name));
  }

  static HelloAnswer refuse(String reason) {
    return new Refuse(reason);
  }
}
