// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.handshake;

import io.thousandisland.tls.HelloInspector;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * All that a handshake depends on, as it is at one moment. A change makes new terms, and concerns
 * the handshakes that begin afterwards.
 *
 * @param context with the certificates and the trust
 * @param parameters the protocols, ciphers and groups; copied for each connection
 * @param admits whether a client may ask for a name
 * @param inspector asked about each greeting; null when nobody is asked
 */
public record Terms(
    SSLContext context,
    SSLParameters parameters,
    Predicate<String> admits,
    @Nullable HelloInspector inspector) {}
