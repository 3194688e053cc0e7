// SPDX-License-Identifier: Apache-2.0
/**
 * For programs that run a server without OSGi: {@link io.thousandisland.embedded.ThousandIsland}
 * builds it, {@link io.thousandisland.embedded.RunningServer} controls it.
 *
 * <pre>{@code
 * try (var server = ThousandIsland.serve(new EchoHandler()).port(7777).start()) {
 *   …
 * }
 * }</pre>
 *
 * <p>Programs <em>call</em> this package, and implement nothing of it.
 */
@Version("1.0.0")
@NullMarked
package io.thousandisland.embedded;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
