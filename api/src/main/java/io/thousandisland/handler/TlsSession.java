// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.util.Optional;

/**
 * The outcome of a TLS handshake.
 *
 * @param protocol for example {@code TLSv1.3}
 * @param cipherSuite for example {@code TLS_AES_128_GCM_SHA256}
 * @param group the group of the key exchange, for example {@code x25519}; a number in hexadecimal
 *     where the name is not known; empty when there was no exchange, as in a resumption, or it is
 *     not known
 */
public record TlsSession(String protocol, String cipherSuite, Optional<String> group) {}
