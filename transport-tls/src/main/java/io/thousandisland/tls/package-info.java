// SPDX-License-Identifier: Apache-2.0
/**
 * For authors who want a say in handshakes: the greeting of a TLS client, and the answer to it.
 *
 * <p>Authors <em>implement</em> {@link io.thousandisland.tls.HelloInspector} and register it as a
 * service.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.tls;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
