// SPDX-License-Identifier: Apache-2.0
/**
 * Measurements of the ready-made server. {@code Benchmarks} is the command. It measures the server
 * side by side with peers; {@code scaling} measures it alone, and {@code micro} measures single
 * classes. {@code process} starts and observes processes. {@code load} is the process that asks,
 * and {@code peers} has the processes that answer.
 */
@NullMarked
package io.thousandisland.benchmarks;

import org.jspecify.annotations.NullMarked;
