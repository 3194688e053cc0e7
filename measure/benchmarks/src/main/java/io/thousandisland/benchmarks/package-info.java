/**
 * Measurements of the ready-made server. {@code Benchmarks} is the command: side by side with
 * peers, alone, in {@code scaling}, or of single classes, in {@code micro}; {@code load} is the
 * process that asks, {@code peers} those that answer.
 */
@NullMarked
package io.thousandisland.benchmarks;

import org.jspecify.annotations.NullMarked;
