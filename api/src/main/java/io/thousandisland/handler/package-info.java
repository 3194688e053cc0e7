// SPDX-License-Identifier: Apache-2.0
/**
 * For handler authors: the contract between a server and the protocol it speaks.
 *
 * <p>Authors <em>implement</em> {@link io.thousandisland.handler.Handler} and <em>construct</em>
 * {@link io.thousandisland.handler.Next}; they only <em>use</em> {@link
 * io.thousandisland.handler.Socket} and {@link io.thousandisland.handler.SocketRef}, which the
 * runtime implements.
 *
 * <p><img src="doc-files/callbacks.svg" alt="A connection begins with handleConnection, or with
 * importState when it comes from another handler. It waits between the callbacks handleData,
 * handleMessage, handleDrain and handleHalfClose. Exactly one of handleClose, handleError,
 * handleTimeout and handleShutdown ends it, unless exportState gives it to the next handler.">
 */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.handler;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
