// SPDX-License-Identifier: Apache-2.0
/** The first flight of a handshake, as bytes: the client's greeting, and the server's answer. */
@NullMarked
package io.thousandisland.transport.tls.hello;

import org.jspecify.annotations.NullMarked;
