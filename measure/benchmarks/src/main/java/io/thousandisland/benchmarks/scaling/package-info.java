// SPDX-License-Identifier: Apache-2.0
/**
 * How the ready-made server scales: with connections, acceptors, listening sockets, processors; and
 * what keys of its configuration cost.
 */
@NullMarked
package io.thousandisland.benchmarks.scaling;

import org.jspecify.annotations.NullMarked;
