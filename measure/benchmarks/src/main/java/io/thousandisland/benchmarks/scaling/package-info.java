/** How the ready-made server scales: with connections, acceptors, listening sockets, processors. */
@NullMarked
package io.thousandisland.benchmarks.scaling;

import org.jspecify.annotations.NullMarked;
