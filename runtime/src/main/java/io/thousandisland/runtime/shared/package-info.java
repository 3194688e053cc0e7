// SPDX-License-Identifier: Apache-2.0
/**
 * The parts that all connections of a server, or all servers of a runtime, have in common: places,
 * buffers, memory, telemetry and the clock. {@code ServerContext} holds the parts of one server,
 * and {@code RuntimeContext} those of all.
 *
 * <p>Thread: Any thread may use these classes.
 */
@NullMarked
package io.thousandisland.runtime.shared;

import org.jspecify.annotations.NullMarked;
