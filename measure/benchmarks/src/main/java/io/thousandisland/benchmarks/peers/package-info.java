/** The echo servers to compare with, each a process of its own. */
@NullMarked
package io.thousandisland.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
