// SPDX-License-Identifier: Apache-2.0
/**
 * The header of the PROXY protocol, as bytes: is there one, how long is it, and which facts are in
 * it? It follows HAProxy's specification, {@code doc/proxy-protocol.txt}, whose sections are cited
 * here. It knows no connection and reads from none.
 *
 * <p>Thread: Its classes have no state, so any thread may use them.
 */
@NullMarked
package io.thousandisland.runtime.proxy;

import org.jspecify.annotations.NullMarked;
