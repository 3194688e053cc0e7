// SPDX-License-Identifier: Apache-2.0
/**
 * The bytes of one connection: reading, writing, and the bytes that are kept unread or unsent
 * meanwhile. This package sees the connection only as a {@code Wire}, and handlers not at all.
 *
 * <p>Thread: Everything runs on the connection's own thread; any thread may read the counters.
 */
@NullMarked
package io.thousandisland.runtime.wire;

import org.jspecify.annotations.NullMarked;
