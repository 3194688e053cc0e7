// SPDX-License-Identifier: Apache-2.0
/** The echo servers to compare with, each a process of its own. */
@NullMarked
package io.thousandisland.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
