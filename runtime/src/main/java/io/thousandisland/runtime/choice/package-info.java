/**
 * Which services a server is made of: the handler, the transport and the listeners that its filters
 * select, and the handlers that were considered. It uses {@code absence} to explain why a handler
 * is missing, and the tree in {@code server}; it never reads a configuration.
 *
 * <p>Thread: Methods of a choice run under its own lock or on the thread that SCR binds on; each
 * class says which.
 */
@NullMarked
package io.thousandisland.runtime.choice;

import org.jspecify.annotations.NullMarked;
