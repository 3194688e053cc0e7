// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.hello;

import java.util.List;
import java.util.Optional;

/** The meaning of the bytes that a connection begins with. */
public sealed interface Greeting {

  /** Further bytes are needed. */
  record Incomplete() implements Greeting {}

  /**
   * A ClientHello. Its numbers are not judged: that is the engine's part.
   *
   * @param serverName in lower case, without a dot at its end
   */
  record Hello(
      Optional<String> serverName,
      List<String> applicationProtocols,
      List<Integer> versions,
      List<Integer> cipherSuites,
      List<Integer> groups)
      implements Greeting {}

  /**
   * Anything else.
   *
   * @param reason words that go on after "the peer sent"; no bytes of the peer
   * @param alert the code of the alert to answer with; {@link Alert#NONE} for a peer that does not
   *     speak TLS
   */
  record NoHello(String reason, int alert) implements Greeting {}
}
