// SPDX-License-Identifier: Apache-2.0
/**
 * One connection: its conversation with the handler, its socket, its move to another handler and
 * its end. It uses {@code wire} for bytes and {@code handlers} for the handler that serves; it
 * knows neither acceptors nor drains.
 *
 * <p>Thread: Everything runs on the connection's own thread, except where a class says otherwise.
 */
@NullMarked
package io.thousandisland.runtime.connection;

import org.jspecify.annotations.NullMarked;
