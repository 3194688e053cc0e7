// SPDX-License-Identifier: Apache-2.0
/** The handshake of one connection, and the threads and the memory that all of them share. */
@NullMarked
package io.thousandisland.transport.tls.handshake;

import org.jspecify.annotations.NullMarked;
