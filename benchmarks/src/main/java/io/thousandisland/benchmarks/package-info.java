/**
 * Measurements of the ready-made server, side by side with peers. {@code Benchmarks} is the
 * command; {@code load} is the process that asks, {@code peers} are the processes that answer.
 */
@NullMarked
package io.thousandisland.benchmarks;

import org.jspecify.annotations.NullMarked;
