// SPDX-License-Identifier: Apache-2.0
/**
 * Processes: the commands that start them, and the processor time, the allocation and the heap that
 * they have used. It knows nothing of servers and loads.
 */
@NullMarked
package io.thousandisland.benchmarks.process;

import org.jspecify.annotations.NullMarked;
