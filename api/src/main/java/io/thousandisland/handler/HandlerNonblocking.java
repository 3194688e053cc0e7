// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * A handler's promise that its callbacks wait for nothing but their socket, and compute for
 * microseconds, not for milliseconds: the service property {@code handler.nonblocking}.
 *
 * <p>The callbacks of such a handler may run on the thread that found the bytes. This saves the
 * hand-over to a thread of the connection's own, and the memory of that thread while the connection
 * is idle. Callbacks of one connection never overlap, as for any handler. {@code send} does not
 * wait for the peer: the connection keeps the bytes that the kernel does not take, up to {@code
 * unsentLimit}. A peer that takes nothing for {@code sendTimeout} ends the connection. {@code
 * receive}, and {@code send} beyond that limit, may wait, because another thread takes over then;
 * there are only a few such threads. Anything else that blocks a callback (a lock, a file, a
 * database) holds up other connections: a handler that needs it must not make this promise.
 *
 * <p>A thread-local of such a handler is shared by connections.
 */
@ComponentPropertyType
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface HandlerNonblocking {}
