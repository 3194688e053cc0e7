// SPDX-License-Identifier: Apache-2.0
/**
 * The runner of the micro-benchmarks of the runtime's hot classes. The benchmarks lie in the
 * packages of those classes.
 */
@NullMarked
package io.thousandisland.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
