// SPDX-License-Identifier: Apache-2.0
/**
 * For transport authors: the contract of a transport, which carries the bytes.
 *
 * <p>Authors <em>implement</em> {@link io.thousandisland.transport.Transport}, {@link
 * io.thousandisland.transport.ListeningChannel}, {@link
 * io.thousandisland.transport.TransportSocket} and, for servers without a framework, {@link
 * io.thousandisland.transport.TransportFactory}; the runtime implements {@link
 * io.thousandisland.transport.Readiness}. Everything here is non-blocking: a call does what it can
 * at once, and readiness is told later. The runtime builds the blocking socket that a handler sees
 * on top, once, for every transport.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.transport;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
