// SPDX-License-Identifier: Apache-2.0
/** The losses when two processes share a port, and one of them ends. */
@NullMarked
package io.thousandisland.benchmarks.sharing;

import org.jspecify.annotations.NullMarked;
