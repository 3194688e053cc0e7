// SPDX-License-Identifier: Apache-2.0
/**
 * The addresses where a server listens: a listener for each, and the places at their channels where
 * workers wait for a turn to accept.
 *
 * <p>This room may use {@code signals}, {@code shared}, {@code settings} and {@code supervision}.
 */
@NullMarked
package io.thousandisland.runtime.listening;

import org.jspecify.annotations.NullMarked;
