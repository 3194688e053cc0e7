/**
 * The bytes of one connection: reading, writing, and what is kept unread or unsent meanwhile. It
 * sees the connection only as a {@code Wire}, and handlers not at all.
 *
 * <p>Thread: Everything runs on the connection's own thread; counters are read by any.
 */
@NullMarked
package io.thousandisland.runtime.wire;

import org.jspecify.annotations.NullMarked;
