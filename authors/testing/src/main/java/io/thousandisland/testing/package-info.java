// SPDX-License-Identifier: Apache-2.0
/**
 * For authors of handlers: a server on a real socket, without a framework, and a client for it.
 *
 * <pre>{@code
 * @Test
 * void linesAreNumbered() throws Exception {
 *   try (var server = TestServer.of(new GreetingHandler());
 *       var client = server.connect()) {
 *     assertEquals("1 hello", client.ask("hello"));
 *   }
 * }
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.testing;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
