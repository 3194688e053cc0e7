// SPDX-License-Identifier: Apache-2.0
/**
 * For programs that run a server without OSGi: TLS as an object. In a framework the same keys are a
 * configuration of {@code io.thousandisland.tls}.
 *
 * <p>Programs <em>call</em> this package, and implement nothing of it.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.tls.factory;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
