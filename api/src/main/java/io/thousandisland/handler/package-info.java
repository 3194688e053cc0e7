/**
 * For handler authors: the contract between a server and the protocol it speaks.
 *
 * <p>Authors <em>implement</em> {@link io.thousandisland.handler.Handler} and <em>construct</em>
 * {@link io.thousandisland.handler.Next}; they only <em>use</em> {@link
 * io.thousandisland.handler.Socket} and {@link io.thousandisland.handler.SocketRef}, which the
 * runtime implements.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.handler;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
