// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.proxy;

import io.thousandisland.handler.ProxyHeader;

/**
 * The meaning of the first bytes of a connection, as far as they have come. All but {@link
 * Incomplete} are final: more bytes do not change them.
 */
public sealed interface Parsed {

  /** Only further bytes can tell. There are fewer than {@link HeaderParser#MOST_BYTES} so far. */
  record Incomplete() implements Parsed {}

  /**
   * The bytes begin with a header.
   *
   * @param length the bytes of the header; the byte behind it is the first one of the client
   */
  record Complete(ProxyHeader header, int length) implements Parsed {}

  /** The bytes begin otherwise than any header: they are the client's own. */
  record NoHeader() implements Parsed {}

  /**
   * The bytes begin as a header does, but are none.
   *
   * @param reason words that go on after "the PROXY header is malformed:"; they contain no bytes of
   *     the peer
   */
  record Malformed(String reason) implements Parsed {}
}
