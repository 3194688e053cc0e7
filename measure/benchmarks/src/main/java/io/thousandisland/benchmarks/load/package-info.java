// SPDX-License-Identifier: Apache-2.0
/** The load generator: a process of its own that obeys lines on its standard input. */
@NullMarked
package io.thousandisland.benchmarks.load;

import org.jspecify.annotations.NullMarked;
